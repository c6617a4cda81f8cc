import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import { type Cluster, defaultProcesses } from '@mailprovider/cluster';
import type { Certificate } from '@mailprovider/pki';
import t, { type Test } from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { authorityAt, leafOf } from '../webhook/certificates/certificates.ts';
import { changedJwt, withForgedSignature } from './caller-tokens.ts';
import { type CallerAnswer, callerClient, callersOf } from './callers-cluster.ts';
import { launch } from './launch.ts';
import { startTestCluster } from './test-cluster.ts';

t.setTimeout(180_000);

const HOUR_SECONDS = 3_600;
const SOON_MS = 15_000;

/** Asks until the answer has that status; rejects with the last one if it does not come soon. */
async function until(status: number, ask: () => Promise<CallerAnswer>): Promise<CallerAnswer> {
  const end = performance.now() + SOON_MS;
  for (;;) {
    const answer = await ask();
    if (answer.status === status) return answer;
    if (performance.now() > end)
      throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
    await delay(100);
  }
}

async function callingCluster(t: Test) {
  const cluster = await startTestCluster(t, defaultProcesses({ health: 0 }));
  const setUp = callersOf(cluster);
  const url = cluster.environment.MAILPROVIDER_SUBMIT_URL;
  for (const name of ['a', 'b', 'nobody']) await setUp.createAccount(name);
  await setUp.createProvider('relay');
  await setUp.createProvider('other');
  await setUp.createProvider('with-fallback', { fallbacks: ['other'] });
  await setUp.allow('relay-users', ['a', 'b'], { verbs: ['create'], resourceNames: ['relay'] });
  const client = async (name: string) => callerClient(url, await setUp.token(name));
  return { ...setUp, cluster, url, client, as: (token?: string) => callerClient(url, token) };
}

type CallingCluster = Awaited<ReturnType<typeof callingCluster>>;

async function submitted({ status, body }: CallerAnswer): Promise<string> {
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return String(body['id']);
}

async function onlyWithTheRight(t: Test, { client, allow }: CallingCluster): Promise<void> {
  const a = await client('a');
  await until(202, () => a.submit('relay'));
  const forbidden = { status: 403, body: { reason: 'ProviderForbidden' } };
  t.match(await a.submit('other'), { ...forbidden, body: { detail: /"other"/ } });
  const nobody = await client('nobody');
  t.match(await nobody.submit('relay'), forbidden);
  t.match(await nobody.get('/v1/mails?state=queued'), { status: 200, body: { items: [] } });

  await allow('with-fallback-users', ['nobody'], {
    verbs: ['create'],
    resourceNames: ['with-fallback'],
  });
  const fallback = await until(403, () => nobody.submit('with-fallback'));
  const detail = /"other", a fallback of "with-fallback"/;
  t.match(fallback, { ...forbidden, body: { detail } });
  await allow('other-users', ['nobody'], { verbs: ['create'], resourceNames: ['other'] });
  await until(202, () => nobody.submit('with-fallback'));
}

async function onlyWithAToken(t: Test, calling: CallingCluster): Promise<void> {
  const { as, cluster, token } = calling;
  const valid = await token('a');
  const ask = (given?: string) => as(given).get('/v1/mails?state=queued');
  t.match(await ask(valid), { status: 200 });
  const folder = dirname(cluster.environment.KUBECONFIG);
  const key = await readFile(join(folder, 'service-account.key'), 'utf8');
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now - 2 * HOUR_SECONDS, nbf: now - 2 * HOUR_SECONDS };
  const resigned = changedJwt(valid, { key, claims: { ...times, exp: now + HOUR_SECONDS } });
  t.match(await ask(resigned), { status: 200 }, 'the key is that of the cluster');

  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const wrong: Readonly<Record<string, string | undefined>> = {
    absent: undefined,
    'for the API server': await token('a', ''),
    'for another audience': await token('a', 'another'),
    expired: changedJwt(valid, { key, claims: { ...times, exp: now - HOUR_SECONDS } }),
    'not valid yet': changedJwt(valid, { key, claims: { nbf: now + HOUR_SECONDS } }),
    'of another issuer': changedJwt(valid, { key, claims: { iss: 'https://example.com' } }),
    'with another signature': withForgedSignature(valid),
    'signed by another key': changedJwt(valid, { key: foreign }),
    'with the algorithm none': changedJwt(valid, { header: { alg: 'none' } }),
    'with none, and the signature': `${changedJwt(valid, { header: { alg: 'none' } })}${valid.split('.')[2]}`,
    'of the sender itself': await readFile(join(folder, 'sender.token'), 'utf8'),
  };
  for (const [what, given] of Object.entries(wrong)) {
    const answer = await ask(given);
    t.match(answer, { status: 401, body: { reason: 'Unauthenticated' } }, what);
    t.equal(answer.headers.get('www-authenticate'), 'Bearer', what);
  }
}

async function ownMailOnly(t: Test, { client, as, cluster }: CallingCluster): Promise<void> {
  const [a, b] = [await client('a'), await client('b')];
  const key = { 'idempotency-key': 'the same' };
  const ofA = await submitted(await a.submit('relay', key));
  const ofB = await submitted(await b.submit('relay', key));
  t.not(ofA, ofB, 'one key of two callers is two mails');
  t.equal(await submitted(await a.submit('relay', key)), ofA);
  t.equal(await submitted(await b.submit('relay', key)), ofB);

  const absent = await b.get('/v1/mails/01890a5d-ac96-774b-bcce-b302099a8057');
  t.match(absent, { status: 404, body: { reason: 'MailNotFound' } });
  const attempts = [
    await b.get(`/v1/mails/${ofA}`),
    await b.change(ofA, 'cancel'),
    await b.change(ofA, 'retry'),
  ];
  for (const { status, body } of attempts)
    t.match({ status, body }, { status: 404, body: absent.body });
  t.strictSame(await b.queued(), [ofB]);
  t.ok((await a.queued()).includes(ofA));
  t.notOk((await a.queued()).includes(ofB));
  t.match(await a.get(`/v1/mails/${ofA}`), {
    status: 200,
    body: { state: 'queued', caller: 'system:serviceaccount:default:a' },
  });
  t.match(await a.change(ofA, 'retry'), { status: 409 });

  const all = as(cluster.environment.MAILPROVIDER_SUBMIT_TOKEN);
  const seen = await all.queued();
  t.ok(seen.includes(ofA) && seen.includes(ofB), 'the caller of the cluster lists all');
  await until(200, () => a.change(ofA, 'cancel'));
  await until(200, () => all.change(ofB, 'cancel'));
}

async function rightsAreTakenAway(
  t: Test,
  { allow, client, createAccount, kubectl }: CallingCluster,
): Promise<void> {
  await createAccount('leaver');
  await allow('leavers', ['leaver'], { verbs: ['create'], resourceNames: ['relay'] });
  const leaver = await client('leaver');
  await until(202, () => leaver.submit('relay'));
  await kubectl(['delete', 'clusterrolebinding', 'leavers']);
  const forbidden = await until(403, () => leaver.submit('relay'));
  t.match(forbidden, { body: { reason: 'ProviderForbidden' } });
  t.match(await leaver.get('/v1/mails?state=queued'), { status: 200 });
  await kubectl(['delete', 'serviceaccount', 'leaver', '--namespace=default']);
  t.match(await until(401, () => leaver.get('/v1/mails?state=queued')), { status: 401 });
}

async function withoutApiServer(t: Test, { client, cluster }: CallingCluster): Promise<void> {
  const known = await client('b');
  const unknown = await client('b');
  await until(202, () => known.submit('relay'));
  await cluster.controlPlane.restart(async () => {
    const away = { status: 503, body: { reason: 'AuthenticationUnavailable' } };
    const answer = await unknown.submit('relay');
    t.match(answer, away);
    t.equal(answer.headers.get('retry-after'), '5');
    t.match(await until(503, () => known.submit('relay')), { status: 503 });
    t.match(await until(503, () => known.get('/v1/mails?state=queued')), away);
  });
  await until(202, () => unknown.submit('relay'));
}

/** Puts a version of a volume into a folder as the kubelet does: one rename exchanges all files. */
async function project(volume: string, version: string, certificate: Certificate): Promise<void> {
  await mkdir(join(volume, version));
  await writeFile(join(volume, version, 'tls.crt'), certificate.certificatePem);
  await writeFile(join(volume, version, 'tls.key'), certificate.keyPem);
  await symlink(version, join(volume, '..data_tmp'));
  await rename(join(volume, '..data_tmp'), join(volume, '..data'));
}

/** A sender with a certificate from a volume, beside that of the cluster. */
async function senderWithTls(t: Test, cluster: Cluster, volume: string) {
  const { serving } = launch(t, 'sender', [
    ...['--kubeconfig', join(dirname(cluster.environment.KUBECONFIG), 'sender.kubeconfig')],
    ...['--metrics-bind-address', '127.0.0.1:0', '--bind-address', '127.0.0.1:0'],
    ...['--data-dir', join(volume, 'data'), '--token-review'],
    ...['--tls-cert-file', join(volume, 'tls.crt')],
    ...['--tls-private-key-file', join(volume, 'tls.key')],
  ]);
  return new URL(await serving('submit'));
}

async function certificateIsExchanged(t: Test, { cluster }: CallingCluster): Promise<void> {
  const now = new Date();
  const authority = authorityAt(now);
  const [first, second] = [leafOf(authority, now), leafOf(authority, now)];
  const volume = t.testdir({});
  await project(volume, '..first', first);
  for (const name of ['tls.crt', 'tls.key']) await symlink(`..data/${name}`, join(volume, name));
  const url = await senderWithTls(t, cluster, volume);
  t.equal(url.protocol, 'https:');
  const handshake = async () => {
    const ca = authority.certificatePem;
    const socket = connect({ host: url.hostname, port: Number(url.port), ca });
    t.teardown(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  const kept = await handshake();
  const served = (socket: typeof kept) => socket.getPeerX509Certificate()?.toString();
  const pem = ({ certificatePem }: Certificate) => certificatePem.replaceAll('\r', '');
  t.equal(served(kept), pem(first));
  await project(volume, '..second', second);
  while (served(await handshake()) !== pem(second)) await delay(20);
  const token = cluster.environment.MAILPROVIDER_SUBMIT_TOKEN;
  kept.write(
    `GET /v1/mails?state=dead HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  const [answer] = await once(kept, 'data');
  t.match(String(answer), /^HTTP\/1\.1 200 /, 'on the connection that was open');
}

async function noTokenIsLogged(t: Test, { cluster, tokens }: CallingCluster): Promise<void> {
  const log = await readFile(join(cluster.logDirectory, 'sender.log'), 'utf8');
  t.match(log, /the token of a caller could not be checked/);
  for (const token of tokens) {
    const [, claims = '', signature = ''] = token.split('.');
    t.notOk(log.includes(claims) || log.includes(signature));
  }
  t.ok(tokens.length > 0);
}

t.test('callers in a cluster', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const calling = await callingCluster(t);
  const cases = {
    'may use the providers that RBAC says, with their fallbacks': onlyWithTheRight,
    'need a token that is theirs, for the sender, and valid': onlyWithAToken,
    'see and change their own mail only': ownMailOnly,
    'lose their rights soon after these are taken away': rightsAreTakenAway,
    'are served by TLS, also while its certificate is exchanged': certificateIsExchanged,
    'are told to try again while the API server is away': withoutApiServer,
    'leave no token in the log': noTokenIsLogged,
  };
  for (const [name, run] of Object.entries(cases)) await t.test(name, (t) => run(t, calling));
});
