import { join } from 'node:path';
import { ApiConnection, loadKubeConfig } from '@mailprovider/kube';
import { createLogger, StartupError } from '@mailprovider/process';
import { loadConfig } from '@mailprovider/sender/config';
import { openSubmitEdge } from '@mailprovider/sender/submit-edge';
import t, { type Test } from 'tap';
import { authorityAt, leafOf } from '../webhook/certificates/certificates.ts';
import { logLines } from '../webhook/certificates/log-lines.ts';

const KUBECONFIG = JSON.stringify({
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 'x' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
});

const now = new Date();
const { certificatePem, keyPem } = leafOf(authorityAt(now), now);
const FILES = {
  kubeconfig: KUBECONFIG,
  token: 'the-token',
  'tls.crt': certificatePem,
  'tls.key': keyPem,
};

/** What flags make of a process, and what that logs; `@` stands for a folder with the files. */
async function edgeOf(t: Test, ...flags: string[]) {
  const folder = t.testdir(FILES);
  const given = flags.map((flag) => flag.replace('@', folder));
  const connection = new ApiConnection(loadKubeConfig(join(folder, 'kubeconfig')));
  t.teardown(() => connection.close());
  const { stream, lines } = logLines();
  const edge = await openSubmitEdge(loadConfig(['node', 'sender', ...given]), {
    connection,
    logger: createLogger('test', 'info', stream),
    metrics: { refused: () => undefined },
  });
  t.teardown(() => edge.certificates?.close());
  return { edge, lines };
}

const TLS = ['--tls-cert-file', '@/tls.crt', '--tls-private-key-file', '@/tls.key'];
const headers = (authorization?: string) => ({
  host: 'localhost',
  ...(authorization && { authorization }),
});

t.test('without flags this machine calls without a token, as fast as it can', async (t) => {
  const { edge, lines } = await edgeOf(t);
  t.strictSame(await edge.authenticate(headers()), { kind: 'authenticated' });
  t.match(edge, { callerLimit: undefined, certificates: undefined });
  t.strictSame(lines.all, []);
});

t.test('a token is that of the file, or is asked for at the API server', async (t) => {
  const byFile = await edgeOf(t, '--token-file', '@/token');
  t.match(await byFile.edge.authenticate(headers()), { kind: 'unauthenticated' });
  t.match(await byFile.edge.authenticate(headers('Bearer the-token')), { kind: 'authenticated' });
  const byReview = await edgeOf(t, '--token-review');
  t.match(await byReview.edge.authenticate(headers()), { kind: 'unauthenticated' });
  t.match(await byReview.edge.authenticate(headers('Bearer x')), { kind: 'unavailable' });
});

t.test('there is a certificate and a rate where flags say so', async (t) => {
  const { edge } = await edgeOf(t, ...TLS, '--caller-rate-limit', '2/1m');
  t.equal(edge.certificates?.current().cert, certificatePem);
  t.equal(edge.callerLimit?.check('a'), undefined);
});

t.test('tokens that come over plain HTTP from elsewhere are warned of', async (t) => {
  const beyond = ['--token-review', '--bind-address', ':0'];
  const warned = await edgeOf(t, ...beyond);
  t.match(warned.lines.all.join('\n'), /"level":"?warn.*plain HTTP; set --tls-cert-file/);
  t.strictSame((await edgeOf(t, ...beyond, ...TLS)).lines.all, []);
  t.strictSame((await edgeOf(t, '--token-review')).lines.all, []);
});

t.test('what cannot work is named', async (t) => {
  const cases: readonly [readonly string[], RegExp][] = [
    [['--token-review', '--token-file', '@/token'], /^--token-review excludes --token-file$/],
    [['--bind-address', ':0'], /^--bind-address: .* set --token-review or --token-file/],
    [['--tls-cert-file', '@/tls.crt'], /^--tls-cert-file needs --tls-private-key-file$/],
    [['--tls-private-key-file', '@/tls.key'], /^--tls-private-key-file needs --tls-cert-file$/],
    [[...TLS.slice(0, 3), '@/none'], /^--tls-private-key-file .*none: cannot be read \(ENOENT\)$/],
    [[...TLS.slice(0, 3), '@/token'], /: not a PEM certificate and its key$/],
  ];
  for (const [flags, message] of cases) {
    await t.rejects(edgeOf(t, ...flags), { constructor: StartupError, message });
  }
});
