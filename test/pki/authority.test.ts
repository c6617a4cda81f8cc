import { createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ConnectionOptions, connect, createServer, type TlsOptions } from 'node:tls';
import { createAuthority, loadAuthority, newKeyPair } from '@mailprovider/pki';
import t from 'tap';

const validity = { now: new Date(), validDays: 1 };
const authority = createAuthority({ commonName: 'test authority', ...validity });
const root = new X509Certificate(authority.certificatePem);
const server = authority.issue({
  commonName: 'server',
  dnsNames: ['localhost', 'smtp.example.com'],
  addresses: ['127.0.0.1', '::1'],
  usages: ['server'],
  ...validity,
});
const client = authority.issue({
  commonName: 'admin',
  organization: 'system:masters',
  usages: ['client'],
  ...validity,
});

/** Opens a TLS connection to a server with `serverOptions`; returns what each side saw. */
async function handshake(serverOptions: TlsOptions, clientOptions: ConnectionOptions) {
  const { certificatePem: cert, keyPem: key } = server;
  const listener = createServer({ cert, key, ...serverOptions }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const accepted = once(listener, 'secureConnection').then(([socket]) => ({
    subject: socket.getPeerX509Certificate()?.subject,
    authorizationError: socket.authorizationError,
  }));
  const { port } = listener.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, ...clientOptions });
  socket.on('error', () => undefined);
  const failed = once(socket, 'error').then(([error]) => ({ failed: String(error.code) }));
  const result = await Promise.race([accepted, failed]);
  socket.destroy();
  await once(listener.close(), 'close');
  return result;
}

t.test('an authority signs itself and may sign others', async (t) => {
  t.ok(root.ca);
  t.ok(root.verify(root.publicKey));
  t.equal(root.subject, 'CN=test authority');
  t.equal(root.issuer, root.subject);
});

t.test('what it issues verifies against it and against no other authority', async (t) => {
  const other = new X509Certificate(
    createAuthority({ commonName: 'test authority', ...validity }).certificatePem,
  );
  for (const { certificatePem, keyPem } of [server, client]) {
    const certificate = new X509Certificate(certificatePem);
    t.ok(certificate.verify(root.publicKey));
    t.ok(certificate.checkIssued(root));
    t.notOk(certificate.verify(other.publicKey));
    t.notOk(
      certificate.checkIssued(other),
      'the key identifier tells authorities of one name apart',
    );
    t.notOk(certificate.ca);
    t.ok(certificate.publicKey.equals(createPublicKey(keyPem)), 'the key belongs to it');
  }
});

t.test('a certificate covers exactly the names and addresses asked for', async (t) => {
  const certificate = new X509Certificate(server.certificatePem);
  t.ok(certificate.checkHost('smtp.example.com'));
  t.ok(certificate.checkIP('127.0.0.1'));
  t.ok(certificate.checkIP('::1'));
  t.notOk(certificate.checkHost('imap.example.com'));
  t.notOk(certificate.checkIP('127.0.0.2'));
  t.equal(new X509Certificate(client.certificatePem).subjectAltName, undefined);
});

t.test('a certificate is valid from five minutes ago for the days asked for', async (t) => {
  const now = new Date('2030-01-01T00:00:00Z');
  const { certificatePem } = createAuthority({ commonName: 'test', now, validDays: 30 }).issue({
    commonName: 'dated',
    usages: ['client'],
    now,
    validDays: 7,
  });
  const certificate = new X509Certificate(certificatePem);
  t.equal(new Date(certificate.validFrom).toISOString(), '2029-12-31T23:55:00.000Z');
  t.equal(new Date(certificate.validTo).toISOString(), '2030-01-08T00:00:00.000Z');
});

t.test('serial numbers are positive, 16 bytes long and never the same', async (t) => {
  const serials = [authority, server, client].map(
    ({ certificatePem }) => new X509Certificate(certificatePem).serialNumber,
  );
  for (const serial of serials) t.match(serial, /^[4-7][0-9A-F]{31}$/);
  t.equal(new Set(serials).size, serials.length);
});

t.test('names keep characters beyond ASCII', async (t) => {
  const { certificatePem } = createAuthority({ commonName: 'Prüfstelle_1', ...validity });
  t.equal(new X509Certificate(certificatePem).subject, 'CN=Prüfstelle_1');
});

t.test('a client that trusts the authority takes the server by name and by address', async (t) => {
  const ca = authority.certificatePem;
  t.match(await handshake({}, { ca, servername: 'smtp.example.com' }), {
    subject: undefined,
  });
  t.match(await handshake({}, { ca }), { subject: undefined });
  t.match(await handshake({}, { ca, servername: 'imap.example.com' }), {
    failed: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

t.test('a server that trusts the authority takes its client certificates only', async (t) => {
  const ca = authority.certificatePem;
  const mutual = { ca, requestCert: true, rejectUnauthorized: false };
  const certified = { ca, cert: client.certificatePem, key: client.keyPem };
  t.match(await handshake(mutual, certified), {
    subject: 'O=system:masters\nCN=admin',
    authorizationError: null,
  });
  const misused = { ca, cert: server.certificatePem, key: server.keyPem };
  t.match(await handshake(mutual, misused), { authorizationError: 'INVALID_PURPOSE' });
});

t.test('an authority read from PEM issues as the one that was created', async (t) => {
  const created = createAuthority({ commonName: 'Prüfstelle_1', ...validity });
  const { certificatePem } = loadAuthority(created).issue({
    commonName: 'server',
    usages: ['server'],
    keys: await newKeyPair(),
    ...validity,
  });
  const certificate = new X509Certificate(certificatePem);
  const parent = new X509Certificate(created.certificatePem);
  t.ok(certificate.verify(parent.publicKey));
  t.ok(certificate.checkIssued(parent));
  t.equal(certificate.issuer, 'CN=Prüfstelle_1');
});

t.test('a certificate ends no later than its authority', async (t) => {
  const { certificatePem } = authority.issue({
    commonName: 'server',
    usages: ['server'],
    now: validity.now,
    validDays: 2,
  });
  t.equal(new X509Certificate(certificatePem).validTo, root.validTo);
});

t.test('what is no authority is not read as one', async (t) => {
  t.throws(() => loadAuthority({ certificatePem: 'no pem', keyPem: authority.keyPem }));
  t.throws(() => loadAuthority({ certificatePem: authority.certificatePem, keyPem: 'no pem' }));
});
