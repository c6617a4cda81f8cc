import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import process from 'node:process';
import { ProcessFailure } from './process-failure.ts';

export interface ProcessOptions {
  /** What messages call it. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Takes everything that the process writes. */
  readonly logFile: string;
}

/** One or more processes that run until they are stopped. */
export interface SupervisedPart {
  /** Resolves with the error to report if one ends by itself; with none, if at all, once ended. */
  readonly failure: Promise<ProcessFailure | undefined>;
  stop(): Promise<void>;
}

/** A process in a group of its own, so that a Ctrl-C in the terminal does not reach it. */
export interface SupervisedProcess {
  readonly pid: number | undefined;
  /** Resolves when it ended; null if a signal ended it. */
  readonly exitCode: Promise<number | null>;
  /** Resolves likewise, with the error to report unless `stop()` or `kill()` ended it. */
  readonly failure: Promise<ProcessFailure | undefined>;
  /** Sends SIGTERM to its group, and SIGKILL to what is left after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** Sends SIGKILL to its group. */
  kill(): Promise<void>;
}

/** Groups that are killed if this process ends before it stopped them. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || !running.has(child)) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
}

/** Starts a process; rejects if its file cannot be run. */
export async function startProcess(options: ProcessOptions): Promise<SupervisedProcess> {
  const { name, file, args, environment, cwd, logFile } = options;
  const log = await open(logFile, 'a', 0o600);
  const child = spawn(file, args, {
    detached: true,
    env: environment,
    stdio: ['ignore', log.fd, log.fd],
    ...(cwd === undefined ? {} : { cwd }),
  });
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      running.delete(child);
      resolve();
    });
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    running.delete(child);
    throw new Error(`${name} cannot be started from ${file}`, { cause: error });
  } finally {
    await log.close();
  }
  let ending = false;
  const failure = ended.then(async () => {
    if (ending) return undefined;
    const written = await readFile(logFile, 'utf8').catch(() => '');
    return new ProcessFailure(name, howItEnded(child), written);
  });

  return {
    pid: child.pid,
    exitCode: ended.then(() => child.exitCode),
    failure,
    async stop(graceMs) {
      ending = true;
      signalGroup(child, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
    async kill() {
      ending = true;
      signalGroup(child, 'SIGKILL');
      await ended;
    },
  };
}
