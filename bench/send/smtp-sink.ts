import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { firstExecutable } from '@mailprovider/cluster/executable';
import { freePorts } from '@mailprovider/cluster/free-ports';
import { waitUntil } from '@mailprovider/cluster/wait-until';
import { Arrivals } from './arrivals.ts';
import type { Sink } from './sink.ts';

/** Of Debian's package postfix; /usr/sbin is not always in the PATH. */
const PLACES = ['/usr/sbin/smtp-sink', '/usr/local/sbin/smtp-sink'];
const BACKLOG = '1024';
const START_TIMEOUT_MS = 10_000;

/** The counters that `-c` has it print after each mail: `sess=1 quit=0 mesg=7`. */
const COUNTER = /mesg=(\d+)\r/g;
/** Longer than a line of counters. */
const KEPT_OUTPUT = 100;

/** The path of smtp-sink; undefined where it is not installed. */
export function findSmtpSink(): Promise<string | undefined> {
  return firstExecutable(PLACES);
}

/** The last number of mails that smtp-sink printed; undefined if it printed none. */
export function lastCount(output: string): number | undefined {
  const last = [...output.matchAll(COUNTER)].at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

function follow(output: NodeJS.ReadableStream, arrivals: Arrivals): void {
  let unread = '';
  output.setEncoding('latin1').on('data', (text: string) => {
    unread += text;
    const total = lastCount(unread);
    if (total !== undefined) arrivals.count(total);
    unread = unread.slice(-KEPT_OUTPUT);
  });
}

async function awaitListening(port: number, signal: AbortSignal): Promise<void> {
  const problem = async () => {
    const socket = connect(port, '127.0.0.1');
    const refused = once(socket, 'connect').then(() => undefined, String);
    return refused.finally(() => socket.destroy());
  };
  await waitUntil(problem, { what: 'start of smtp-sink', timeoutMs: START_TIMEOUT_MS, signal });
}

function failureOf(child: ChildProcess): AbortSignal {
  const failure = new AbortController();
  child.on('error', (error) => failure.abort(error));
  child.once('close', () =>
    failure.abort(new Error('smtp-sink ended unexpectedly; what it wrote stands above')),
  );
  return failure.signal;
}

export interface SmtpSinkOptions {
  readonly file: string;
  /** The start of a command that pins it to a core; empty: where this process runs. */
  readonly pin: readonly string[];
  readonly signal: AbortSignal;
}

/** Starts Postfix's smtp-sink on a free port of 127.0.0.1. */
export async function startSmtpSink({ file, pin, signal }: SmtpSinkOptions): Promise<Sink> {
  const [port = 0] = await freePorts(1);
  // It wants to be told another user than root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const words = [...pin, file, ...user, '-c', `127.0.0.1:${port}`, BACKLOG];
  const [command = file, ...args] = words;
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = failureOf(child);
  const ended = once(child, 'close').catch(() => undefined);
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    process.off('exit', killWithUs);
  };
  const arrivals = new Arrivals();
  follow(child.stdout, arrivals);
  try {
    await awaitListening(port, AbortSignal.any([signal, failed]));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: 'smtp-sink',
    port,
    pid: child.pid,
    failed,
    total: async () => arrivals.total,
    whenTotal: (total) => arrivals.whenTotal(total),
    stop,
  };
}
