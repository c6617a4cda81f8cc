import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createAuthority } from '@mailprovider/pki';
import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';
import t, { type Test } from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { change, insert } from '../store/sample-changes.ts';
import { sampleContent, sampleMail } from '../store/sample-mail.ts';
import { openedStore, optionsFor, Taken } from './jetstream-under-test.ts';
import { natsCredentials } from './nats-credentials.ts';

t.setTimeout(100_000);

const skip = WITHOUT_NATS;

const manual = await readFile(join(import.meta.dirname, '../../../../docs/jetstream.md'), 'utf8');

/** What the manual says that a user needs, for the prefix of these tests. */
const PERMISSIONS = (/^permissions: \{$.*?^\}$/ms.exec(manual)?.[0] ?? '').replaceAll(
  'mailprovider',
  'test',
);

async function serves(t: Test, store: Awaited<ReturnType<typeof openedStore>>): Promise<void> {
  const taken = new Taken(store, 'corporate', 1);
  await insert(store, sampleMail(), sampleContent(2 ** 20), { key: 'k', digest: 'd' });
  const [mail] = await taken.until(1);
  if (!mail) return;
  await change(store, { ...mail, state: 'sent' });
  t.match(await store.readings(), [{ provider: 'corporate', depth: 0 }]);
}

t.test(
  'a store is opened by several at once, and again with other options',
  { skip },
  async (t) => {
    const { url } = await natsUnderTest(t);
    const opening = Array.from({ length: 4 }, () => openedStore(t, optionsFor(url)));
    const stores = await Promise.all(opening);
    const inserting = stores.map((store) => insert(store, sampleMail(), sampleContent()));
    await Promise.all(inserting);
    const again = await openedStore(t, optionsFor(url, { ackWaitMs: 5_000 }));
    await new Taken(again, 'corporate', 4).until(4);
  },
);

t.test('a server that is not there is named, without its password', { skip }, async (t) => {
  await t.rejects(openJetStreamStore(optionsFor('nats://me:secret@127.0.0.1:1')), {
    name: 'StoreError',
    fault: 'StoreUnavailable',
    message:
      /^NATS at nats:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\) cannot be reached; check that it runs/,
  });
});

t.test('a server that is not there yet is waited for', { skip }, async (t) => {
  const server = await natsUnderTest(t);
  await server.stop();
  const opening = openedStore(t, optionsFor(server.url));
  await server.start();
  await serves(t, await opening);
});

t.test('something else than NATS is refused', { skip }, async (t) => {
  const silent = createServer((socket) => {
    t.teardown(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.teardown(() => silent.close());
  const address = silent.address();
  if (address === null || typeof address === 'string') return;
  await t.rejects(openJetStreamStore(optionsFor(`nats://127.0.0.1:${address.port}`)), {
    fault: 'StoreUnavailable',
    message: /cannot be reached/,
  });
});

t.test('a prefix that names no stream is refused', { skip }, async (t) => {
  const opening = openJetStreamStore(optionsFor('nats://127.0.0.1:1', { streamPrefix: 'a.b' }));
  await t.rejects(opening, { message: /prefix of streams may have up to 60 letters/ });
});

t.test('too few servers for the replicas are told', { skip }, async (t) => {
  const { url } = await natsUnderTest(t);
  await t.rejects(openJetStreamStore(optionsFor(url, { replicas: 3 })), {
    message: /has too few servers for the replicas that are set \(error 10074\)/,
  });
});

t.test('an account without JetStream is told', { skip }, async (t) => {
  const config = `accounts: { A: { users: [{ user: a, password: b }] }, SYS: { users: [{ user: s, password: s }] } }
    system_account: SYS
    no_auth_user: a`;
  const { url } = await natsUnderTest(t, { config });
  await t.rejects(openJetStreamStore(optionsFor(url)), { message: /JetStream/ });
});

t.test('a user that is not let in, or may not enough, is told', { skip }, async (t) => {
  const user = (name: string, permissions = PERMISSIONS) =>
    `{ user: ${name}, password: secret, ${permissions} }`;
  const config = `authorization: { users: [
    ${user('able')}
    ${user('mute', 'permissions: { publish: ["$JS.ACK.>"], subscribe: ["_INBOX.>"] }')}
    ${user('deaf', 'permissions: { publish: [">"], subscribe: ["x"] }')}
  ] }`;
  const { url } = await natsUnderTest(t, { config });
  const as = (name: string, password = 'secret') =>
    optionsFor(url.replace('//', `//${name}:${password}@`));
  await serves(t, await openedStore(t, as('able')));
  await t.rejects(openJetStreamStore(as('able', 'wrong')), { message: /denies the login/ });
  await t.rejects(openJetStreamStore(optionsFor(url)), { message: /denies the login/ });
  for (const name of ['mute', 'deaf']) {
    await t.rejects(openJetStreamStore(as(name)), { message: /denies this user what/ });
  }
});

t.test('a user is known by a file of credentials', { skip }, async (t) => {
  const { config, file, foreignFile } = natsCredentials();
  const { url } = await natsUnderTest(t, { config });
  const credentialsFile = join(t.testdir(), 'sender.creds');
  await writeFile(credentialsFile, file);
  await serves(t, await openedStore(t, optionsFor(url, { credentialsFile })));
  await writeFile(credentialsFile, foreignFile);
  const foreign = openJetStreamStore(optionsFor(url, { credentialsFile }));
  await t.rejects(foreign, { message: /denies the login/ });
  const missing = `${credentialsFile}.gone`;
  await t.rejects(openJetStreamStore(optionsFor(url, { credentialsFile: missing })), {
    message: `the file of NATS credentials ${missing} cannot be read`,
  });
});

t.test('a server is known by its certificate, and a client by its own', { skip }, async (t) => {
  const file = await certificatesIn(t.testdir());
  const config = `tls {
    ca_file: "${file('ca.pem')}", cert_file: "${file('server.pem')}", key_file: "${file('server.key')}"
    verify: true
  }`;
  const server = await natsUnderTest(t, { config });
  // The client checks addresses against no certificate.
  const url = server.url.replace('127.0.0.1', 'localhost');
  const caFile = file('ca.pem');
  const tls = { caFile, certFile: file('client.pem'), keyFile: file('client.key') };
  await serves(t, await openedStore(t, optionsFor(url, { tls })));
  const opening = [
    optionsFor(url, { tls: { caFile } }),
    optionsFor(url, { tls: { ...tls, caFile: file('other.pem') } }),
    optionsFor(url, { tls: { ...tls, caFile: file('none.pem') } }),
  ].map((options) => openJetStreamStore(options));
  const refusals = await Promise.allSettled(opening);
  for (const refusal of refusals) t.match(refusal, { reason: { fault: 'StoreUnavailable' } });
});

/** An authority, what it issued to a server and a client, and another authority. */
async function certificatesIn(folder: string) {
  const validity = { now: new Date(), validDays: 1 };
  const authority = createAuthority({ ...validity, commonName: 'test' });
  const server = authority.issue({
    ...validity,
    commonName: 'nats',
    dnsNames: ['localhost'],
    usages: ['server'],
  });
  const client = authority.issue({ ...validity, commonName: 'sender', usages: ['client'] });
  const other = createAuthority({ ...validity, commonName: 'other' });
  const file = (name: string) => join(folder, name);
  await writeFile(file('ca.pem'), authority.certificatePem);
  await writeFile(file('other.pem'), other.certificatePem);
  for (const [name, { certificatePem, keyPem }] of Object.entries({ server, client })) {
    await writeFile(file(`${name}.pem`), certificatePem);
    await writeFile(file(`${name}.key`), keyPem);
  }
  return file;
}
