import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { type ProcessOptions, startProcess } from '@mailprovider/cluster/supervised-process';
import { execa } from 'execa';
import t, { type Test } from 'tap';

function shell(t: Test, script: string): ProcessOptions {
  const logFile = join(t.testdir(), 'log');
  return { name: 'worker', file: 'sh', args: ['-c', script], environment: process.env, logFile };
}

/** Starts a shell and waits until it has written something. */
async function startUp(t: Test, script: string) {
  const options = shell(t, script);
  const started = await startProcess(options);
  while ((await readFile(options.logFile, 'utf8')) === '') await setImmediate();
  return started;
}

t.test('an unexpected end is reported with the last lines of both outputs', async (t) => {
  const options = shell(t, 'seq 30; echo broken >&2; exit 3');
  const { failure, exitCode } = await startProcess(options);
  const error = await failure;
  t.match(error?.message, /^worker ended with exit code 3; the end of its log:\n/);
  t.match(error?.message, /broken/);
  t.notMatch(error?.message, /^ {2}1$/m);
  t.match(await readFile(options.logFile, 'utf8'), /^1$/m);
  t.equal(await exitCode, 3);
});

t.test('a process that was stopped has not failed', async (t) => {
  const started = await startUp(t, 'trap "exit 0" TERM; echo up; while :; do sleep 0.1; done');
  await started.stop(5_000);
  t.equal(await started.failure, undefined);
  t.equal(await started.exitCode, 0);
  await started.stop(5_000);
});

t.test('a process that ignores SIGTERM is killed with its children', async (t) => {
  const fifo = join(t.testdir(), 'fifo');
  await execa('mkfifo', [fifo]);
  const started = await startUp(t, `trap "" TERM; sleep 60 > '${fifo}' & echo up; wait`);
  const reader = readFile(fifo);
  await started.stop(200);
  t.equal(await started.exitCode, null);
  t.equal((await reader).length, 0, 'the child has closed its end');
});

t.test('a file that cannot be run is named', async (t) => {
  const options = { ...shell(t, ''), file: '/nowhere/etcd' };
  await t.rejects(startProcess(options), {
    message: 'worker cannot be started from /nowhere/etcd',
  });
});
