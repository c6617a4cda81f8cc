import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';
import type { ReceivingServer } from './receiving-server.ts';
import type { StoreEngine } from './store-engine.ts';

const SCRIPT = join(import.meta.dirname, 'sender-process.js');

/** A sender in a process of its own. */
export interface SenderChild {
  /** Of the submit API, without a path. */
  readonly url: string;
  /** Sends SIGKILL; resolves when it ended. */
  kill(): Promise<void>;
  /** Sends SIGTERM; resolves when it ended. */
  stop(): Promise<void>;
}

/** Starts a sender that delivers to that server; it is killed with the test. */
export async function startSenderChild(
  t: Test,
  engine: StoreEngine,
  { port }: Pick<ReceivingServer, 'port'>,
): Promise<SenderChild> {
  const args = [SCRIPT, JSON.stringify(engine), String(port)];
  // Node as users have it: the environment of the test runner instruments it.
  const env = { PATH: process.env['PATH'] };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  t.teardown(() => end('SIGKILL'));
  for await (const url of createInterface({ input: child.stdout })) {
    return { url, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
  }
  throw new Error('the sender ended before it served');
}
