import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { createAuthority } from '@mailprovider/pki';
import t from 'tap';
import { launch } from './launch.ts';
import { providerOf, sharedCluster, WITHOUT_CLUSTER } from './shared-cluster.ts';
import { silentServer } from './silent-server.ts';

async function endsWithin(child: ChildProcess, milliseconds: number) {
  const begin = performance.now();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return { code, inTime: performance.now() - begin < milliseconds };
}

const OPERATIONS = ['--metrics-bind-address', '127.0.0.1:0'];

t.test(
  'health ends within 5 s of SIGTERM, also while a server keeps it waiting',
  {
    skip: WITHOUT_CLUSTER,
  },
  async (t) => {
    const cluster = sharedCluster();
    const silent = await silentServer(t);
    const dialled = silent.dialled();
    const { port } = silent;
    const name = 'keeps-waiting';
    const anonymous = { port, username: undefined, passwordRef: undefined };
    t.teardown(() => cluster.kubectl(['delete', 'mailprovider', name]));

    // The one of the cluster leads.
    const flags = [...OPERATIONS, '--allow-loopback', '--leader-elect=false'];
    const { child, serving } = launch(t, 'health', flags);
    await serving('operations');
    await cluster.kubectl(['apply', '-f', '-'], providerOf(cluster, name, anonymous));
    await dialled;
    t.strictSame(await endsWithin(child, 5_000), { code: 0, inTime: true });
  },
);

t.test('the webhook ends within 5 s of SIGTERM', { skip: WITHOUT_CLUSTER }, async (t) => {
  const now = new Date();
  const authority = createAuthority({ commonName: 'test', validDays: 1, now });
  const { certificatePem, keyPem } = authority.issue({
    commonName: 'webhook',
    addresses: ['127.0.0.1'],
    usages: ['server'],
    validDays: 1,
    now,
  });
  const folder = t.testdir({ 'tls.crt': certificatePem, 'tls.key': keyPem });
  const { child, serving } = launch(t, 'webhook', [
    ...OPERATIONS,
    ...['--bind-address', '127.0.0.1', '--secure-port', '0'],
    ...['--tls-cert-file', join(folder, 'tls.crt')],
    ...['--tls-private-key-file', join(folder, 'tls.key')],
  ]);
  const url = await serving('webhook');
  t.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const operations = await serving('operations');
  t.equal((await fetch(`${operations}/readyz`)).status, 200);
  // A connection that never begins its handshake, as port scanners leave it.
  const silent = connect(Number(new URL(url).port), '127.0.0.1');
  t.teardown(() => silent.destroy());
  silent.on('error', () => {});
  await once(silent, 'connect');
  t.strictSame(await endsWithin(child, 5_000), { code: 0, inTime: true });
});

t.test('a flag that is wrong or missing is named, without a stack trace', async (t) => {
  const stderrOf = async (name: string, ...flags: string[]) => {
    const { child } = launch(t, name, flags);
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, 'close');
    t.equal(code, 1);
    t.notMatch(text, /\n {4}at /);
    return text;
  };
  t.match(await stderrOf('webhook'), /required option '--tls-cert-file <file>' not specified/);
  t.match(await stderrOf('health', '--concurrency', '0'), /'--concurrency <n>'.*must be 1 or more/);
  for (const flag of ['--healthy-interval', '--unhealthy-interval', '--sync-period']) {
    const wrong = new RegExp(`'${flag} <duration>'.*must be more than 0`);
    t.match(await stderrOf('health', flag, '0s'), wrong);
    t.match(await stderrOf('health', flag, '481h'), /must be 480h or less/);
  }
  t.match(
    await stderrOf('health', '--leader-elect-lease-duration', '10s'),
    /error: --leader-elect-lease-duration must be more than --leader-elect-renew-deadline/,
  );
  t.match(
    await stderrOf('health', '--kubeconfg', 'x'),
    /unknown option '--kubeconfg'.*\n.*--kubeconfig/,
  );
});

t.test(
  'a setting that cannot work is named in one line, without a stack trace',
  {
    skip: WITHOUT_CLUSTER,
  },
  async (t) => {
    const folder = t.testdir({ 'bad.pem': 'no pem', kubeconfig: 'token: "canary\nusers: [' });
    const bad = join(folder, 'bad.pem');
    const kubeconfig = join(folder, 'kubeconfig');
    const certificate = ['--tls-cert-file', bad, '--tls-private-key-file', bad];
    const cases: [string, string[], RegExp][] = [
      ['health', ['--kubeconfig', '/no/such'], /kubeconfig \/no\/such: cannot be read.*ENOENT/],
      ['health', ['--kubeconfig', kubeconfig], /kubeconfig .*: cannot be read as YAML/],
      ['health', ['--kubeconfig', '/a:/b'], /names several files/],
      [
        'webhook',
        certificate,
        /--tls-cert-file .*bad\.pem and .*: not a PEM certificate and its key/,
      ],
      [
        'webhook',
        [...certificate, '--tls-cert-file', '/no/such'],
        /--tls-cert-file \/no\/such: cannot be read/,
      ],
    ];
    const valid = ['--kubeconfig', process.env['KUBECONFIG'] ?? ''];
    for (const [name, flags, words] of cases) {
      const { child } = launch(t, name, [...OPERATIONS, ...valid, ...flags]);
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      const [code] = await once(child, 'close');
      t.equal(code, 1);
      t.match(text, words);
      t.notMatch(text, /canary|"stack"/);
    }
  },
);
