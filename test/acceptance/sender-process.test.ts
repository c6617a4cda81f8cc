import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import t, { type Test } from 'tap';
import { launch } from './launch.ts';
import { providerOf, sharedCluster, WITHOUT_CLUSTER } from './shared-cluster.ts';
import { silentServer } from './silent-server.ts';
import { MAIL, submitClient } from './submit-client.ts';

const LOCAL = [
  ...['--metrics-bind-address', '127.0.0.1:0'],
  ...['--bind-address', '127.0.0.1:0'],
  '--allow-loopback',
];

function folderOf(t: Test, content: Readonly<Record<string, string>> = {}) {
  const folder = t.testdir({ ...content, data: {} });
  return { folder, data: ['--data-dir', join(folder, 'data')] };
}

async function secondsUntilExit(child: ReturnType<typeof launch>['child']) {
  const begin = performance.now();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return { code, seconds: (performance.now() - begin) / 1000 };
}

t.test(
  'the sender ends within its grace, although a server keeps it waiting',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const cluster = sharedCluster();
    const silent = await silentServer(t);
    const dialled = silent.dialled();
    const { port } = silent;
    const name = 'keeps-the-sender-waiting';
    t.teardown(() => cluster.kubectl(['delete', 'mailprovider', name]));
    const anonymous = { port, username: undefined, passwordRef: undefined };
    await cluster.kubectl(['apply', '-f', '-'], providerOf(cluster, name, anonymous));
    // Health's comes first.
    await dialled;

    const { data } = folderOf(t);
    const { child, serving } = launch(t, 'sender', [
      ...LOCAL,
      ...data,
      ...['--shutdown-grace-period', '1s'],
    ]);
    const { post } = submitClient(await serving('submit'), 'none');
    const delivery = silent.dialled();
    while ((await post({ ...MAIL, provider: name })).status !== 202);
    await delivery;
    const { code, seconds } = await secondsUntilExit(child);
    t.equal(code, 0);
    t.ok(seconds < 5, `${seconds} s`);
  },
);

t.test('the sender ends also while the API server does not answer', async (t) => {
  const cluster = { server: 'https://127.0.0.1:1' };
  const kubeconfig = JSON.stringify({
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 'x' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
  const { folder, data } = folderOf(t, { kubeconfig });
  const file = join(folder, 'kubeconfig');
  const { child, serving } = launch(t, 'sender', [...LOCAL, ...data, '--kubeconfig', file]);
  const operations = await serving('operations');
  const { post, list } = submitClient(await serving('submit'), 'none');
  t.equal((await fetch(`${operations}/readyz`)).status, 503);
  t.match(await post(MAIL), { status: 503, body: { reason: 'NotReady' } });
  t.strictSame(await list('queued'), { items: [] });
  const { code, seconds } = await secondsUntilExit(child);
  t.equal(code, 0);
  t.ok(seconds < 5, `${seconds} s`);
});

t.test(
  'a setting that cannot work is named in one line, without a stack trace',
  { skip: WITHOUT_CLUSTER },
  async (t) => {
    const { folder, data } = folderOf(t, { token: '', 'other.txt': 'not ours' });
    const cases: readonly [readonly string[], RegExp][] = [
      [[...data, '--bind-address', ':0'], /--bind-address: .* set --token-review or --token-file/],
      [[...data, '--token-file', '/no/such'], /--token-file: \/no\/such cannot be read/],
      [[...data, '--token-file', join(folder, 'token')], /--token-file: .* is empty/],
      [['--data-dir', folder], /--data-dir: .* was left as it is/],
      [['--data-dir', '/no/such/folder'], /--data-dir: \/no\/such\/folder .*ENOENT/],
      [[...data, '--kubeconfig', '/no/such'], /kubeconfig \/no\/such: cannot be read/],
    ];
    for (const [flags, words] of cases) {
      const { child } = launch(t, 'sender', [
        ...['--kubeconfig', process.env['KUBECONFIG'] ?? ''],
        ...LOCAL,
        ...flags,
      ]);
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      const [code] = await once(child, 'close');
      t.equal(code, 1);
      t.match(text, words);
      t.notMatch(text, /"stack"/);
    }
  },
);
