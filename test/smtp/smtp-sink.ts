import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { freePorts } from '@mailprovider/cluster/free-ports';
import type { Test } from 'tap';

const COMMAND = '/usr/sbin/smtp-sink';

/** What keeps it from running here, and how to get it; false where nothing does. */
export const smtpSinkMissing: string | false =
  spawnSync(COMMAND).error !== undefined && 'needs smtp-sink: apt-get install postfix';

/** Runs smtp-sink, which takes every mail and forgets it, until the test ends; returns its port. */
export async function smtpSink(t: Test): Promise<number> {
  const [port = 0] = await freePorts(1);
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const sink = spawn(COMMAND, [...user, `127.0.0.1:${port}`, '100'], { stdio: 'ignore' });
  t.teardown(async () => {
    sink.kill();
    if (sink.exitCode === null) await once(sink, 'exit');
  });
  while (!(await isListening(port))) {
    if (sink.exitCode !== null) throw new Error(`smtp-sink ended with ${sink.exitCode}`);
    await setTimeout(20);
  }
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const listening = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return listening.finally(() => socket.destroy());
}
