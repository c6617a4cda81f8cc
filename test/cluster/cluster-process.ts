import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Test } from 'tap';

const MAIN = join(import.meta.dirname, '../../../packages/cluster/dist/main.js');

/** The cluster command as a process group of its own, with its own folder for temporary files. */
export interface ClusterProcess {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when stdout or stderr contains `text`; rejects if the process ends before. */
  wrote(text: string): Promise<void>;
  /** Sends a signal to the group, as a terminal does. */
  interrupt(signal: NodeJS.Signals): void;
  /** Sends a signal to the cluster command alone. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code when the process ended and its output is complete. */
  readonly exitCode: Promise<number | null>;
  /** Files left in the folder for temporary files. */
  leftovers(): Promise<readonly string[]>;
}

function endGroup(child: ChildProcess): void {
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
}

/** Runs the cluster command with `args`; it is ended with the test. */
export async function runCluster(
  t: Test,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<ClusterProcess> {
  const temporary = await mkdtemp(join(tmpdir(), 'cluster-test-'));
  const child = spawn(process.execPath, [MAIN, ...args], {
    detached: true,
    env: { ...process.env, ...environment, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const check of waiting) check();
    });
  }
  const closed = once(child, 'close');
  t.teardown(async () => {
    endGroup(child);
    await closed;
    await rm(temporary, { recursive: true, force: true });
  });
  return {
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    wrote: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!`${output.stdout}${output.stderr}`.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        void closed.then(() => reject(new Error(`ended without ${text}:\n${output.stderr}`)));
        check();
      }),
    interrupt: (signal) => {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    },
    signal: (signal) => void child.kill(signal),
    exitCode: closed.then(() => child.exitCode),
    leftovers: () => readdir(temporary),
  };
}
