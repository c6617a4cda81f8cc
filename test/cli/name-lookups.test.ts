import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import t from 'tap';

const packages = join(import.meta.dirname, '../../../packages');
/** Node has 11 of its own. */
const MANY = 64;

async function hasManyThreads({ pid }: ChildProcess): Promise<boolean> {
  for (let waited = 0; waited < 10_000; waited += 50) {
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    if (threads.length >= MANY) return true;
    await setTimeout(50);
  }
  return false;
}

/** Each with arguments that have it wait for something. */
const PROGRAMS: readonly (readonly string[])[] = [
  ['cli/bin/mailprovider.js', 'probe', '-'],
  ['health/bin/mailprovider-health.js', '--leader-elect=false', '--kubeconfig=/dev/stdin'],
];

for (const [file = '', ...args] of PROGRAMS) {
  const skip = existsSync('/proc/self/task') ? false : 'threads are counted by Linux alone';
  t.test(`${file} has threads for names that are long in being found`, { skip }, async (t) => {
    // As users start it: the test runner has Node load a module of its own first.
    const child = spawn('env', ['-i', process.execPath, join(packages, file), ...args]);
    t.teardown(() => child.kill('SIGKILL'));
    t.ok(await hasManyThreads(child));
  });
}
