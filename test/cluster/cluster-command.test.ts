import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import t, { type Test } from 'tap';
import { runCluster } from './cluster-process.ts';

t.setTimeout(120_000);

const ECHO = ['--', '/bin/sh', '-c', 'echo ran; exit 5'];

/** An environment in which there is neither an API server nor Go. */
function nothing(t: Test, environment: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const home = t.testdir();
  const empty = { HOME: home, XDG_CACHE_HOME: home, PATH: home };
  return { ...empty, KUBEBUILDER_ASSETS: '', CI: '', ...environment };
}

/** A KUBEBUILDER_ASSETS with these shell scripts as programs. */
async function assets(t: Test, scripts: Readonly<Record<string, string>>) {
  const directory = t.testdir();
  for (const [name, script] of Object.entries({ kubectl: 'exit 1', ...scripts })) {
    await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(directory, name), 0o755);
  }
  return { KUBEBUILDER_ASSETS: directory };
}

t.test('an optional cluster that cannot be had is announced and done without', async (t) => {
  const environment = nothing(t, { KUBECONFIG: '/outer' });
  const script = 'echo $KUBECONFIG; exit 5';
  const cluster = await runCluster(t, ['--optional', '--', '/bin/sh', '-c', script], environment);
  t.equal(await cluster.exitCode, 5);
  t.equal(cluster.stdout(), '/outer\n', 'the environment is that of the caller');
  t.match(cluster.stderr(), /^cluster: running without a cluster: .*KUBEBUILDER_ASSETS.*Go.*\n$/);
});

t.test('in continuous integration the cluster is never optional', async (t) => {
  const cluster = await runCluster(t, ['--optional', ...ECHO], nothing(t, { CI: 'true' }));
  t.equal(await cluster.exitCode, 1);
  t.equal(cluster.stdout(), '');
  t.match(cluster.stderr(), /^cluster: no kube-apiserver: .*\n$/);
});

t.test('without --optional, or without a command, a cluster must be had', async (t) => {
  for (const args of [ECHO, ['--optional']]) {
    const cluster = await runCluster(t, args, nothing(t));
    t.equal(await cluster.exitCode, 1);
    t.equal(cluster.stdout(), '');
    t.match(cluster.stderr(), /^cluster: no kube-apiserver: .*\n$/);
  }
});

t.test('a wrong KUBEBUILDER_ASSETS is never passed over', async (t) => {
  const environment = nothing(t, { KUBEBUILDER_ASSETS: '/nowhere' });
  const cluster = await runCluster(t, ['--optional', ...ECHO], environment);
  t.equal(await cluster.exitCode, 1);
  t.match(cluster.stderr(), /KUBEBUILDER_ASSETS is set, but \/nowhere\/etcd/);
});

t.test('a control plane that fails is named, and nothing of it stays', async (t) => {
  const failing = 'echo disk on fire >&2; exit 3';
  const programs = { etcd: failing, 'kube-apiserver': 'exec sleep 60' };
  const cluster = await runCluster(t, ECHO, await assets(t, programs));
  t.equal(await cluster.exitCode, 1);
  t.equal(cluster.stdout(), '');
  t.match(cluster.stderr(), /^cluster: etcd ended with exit code 3;.*\n {2}disk on fire\n$/m);
  t.strictSame(await cluster.leftovers(), []);
});

t.test('a port that another process took is exchanged for a new one', async (t) => {
  const calls = join(t.testdir(), 'calls');
  const taken = 'echo "bind: address already in use" >&2; exit 1';
  const apiServer = `echo "$@" >> '${calls}'; ${taken}`;
  const programs = { etcd: 'exec sleep 60', 'kube-apiserver': apiServer };
  const cluster = await runCluster(t, ECHO, await assets(t, programs));
  t.equal(await cluster.exitCode, 1, 'it gives up in the end');
  t.match(cluster.stderr(), /kube-apiserver ended with exit code 1;/);
  const ports = (await readFile(calls, 'utf8')).match(/--secure-port=\d+/g);
  t.equal(ports?.length, 5);
  // Nobody holds them, so the system may give one out again.
  t.ok(new Set(ports).size > 1, `${ports}`);
  t.strictSame(await cluster.leftovers(), []);
});

t.test('a signal during the start ends what was started', async (t) => {
  const programs = { etcd: 'exec sleep 60', 'kube-apiserver': 'exec sleep 60' };
  const environment = await assets(t, programs);
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const cluster = await runCluster(t, ECHO, environment);
    await cluster.wrote('starting etcd');
    cluster.interrupt(signal);
    t.equal(await cluster.exitCode, exitCode);
    t.equal(cluster.stdout(), '');
    t.strictSame(await cluster.leftovers(), []);
  }
});

t.test('a command that a signal ends gives the exit code of that signal', async (t) => {
  const args = ['--optional', '--', '/bin/sh', '-c', 'echo up; while :; do :; done'];
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const cluster = await runCluster(t, args, nothing(t));
    await cluster.wrote('up\n');
    cluster.signal(signal);
    t.equal(await cluster.exitCode, exitCode, 'though only the cluster got it');
  }
});

t.test('a command that ignores SIGTERM is killed', async (t) => {
  const script = 'trap "" TERM; echo up; while :; do :; done';
  const cluster = await runCluster(t, ['--optional', '--', '/bin/sh', '-c', script], nothing(t));
  await cluster.wrote('up\n');
  cluster.signal('SIGTERM');
  t.equal(await cluster.exitCode, 137);
});

t.test('a command that cannot be run is named', async (t) => {
  const cluster = await runCluster(t, ['--optional', '--', 'nosuch'], nothing(t));
  t.equal(await cluster.exitCode, 1);
  t.match(cluster.stderr(), /^cluster: nosuch: not found, or not executable\n$/m);
});

t.test('an unknown flag is refused', async (t) => {
  const cluster = await runCluster(t, ['--nosuch'], { PATH: process.env['PATH'] });
  t.equal(await cluster.exitCode, 1);
  t.match(cluster.stderr(), /unknown option '--nosuch'/);
});

t.test('a number of processes that is none is refused', async (t) => {
  for (const args of [
    ['--webhooks', '0'],
    ['--health', 'two'],
  ]) {
    const cluster = await runCluster(t, args, { PATH: process.env['PATH'] });
    t.equal(await cluster.exitCode, 1);
    t.match(cluster.stderr(), /must be 1 or more/);
  }
});
