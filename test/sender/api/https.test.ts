import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { type AddressInfo, connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect } from 'node:tls';
import type { Certificate } from '@mailprovider/pki';
import { createLogger } from '@mailprovider/process';
import { startFileSource } from '@mailprovider/process/certificates/file-source';
import { httpsServerFactory } from '@mailprovider/sender/api/https-server';
import t, { type Test } from 'tap';
import { authorityAt, leafOf } from '../../webhook/certificates/certificates.ts';
import { apiUnderTest } from './in-memory-sender.ts';

const now = new Date();
const authority = authorityAt(now);
const first = leafOf(authority, now);
const second = leafOf(authority, now);
const ca = authority.certificatePem;

async function certificatesOf(t: Test) {
  const folder = t.testdir({ 'tls.crt': first.certificatePem, 'tls.key': first.keyPem });
  const certificates = await startFileSource(
    { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') },
    { logger: createLogger('test', 'error') },
  );
  t.teardown(() => certificates.close());
  const change = async ({ certificatePem, keyPem }: Certificate) => {
    await writeFile(join(folder, 'tls.crt'), certificatePem);
    await writeFile(join(folder, 'tls.key'), keyPem);
    while (certificates.current().cert !== certificatePem) {
      await new Promise((resolve) => certificates.onChange(resolve));
    }
  };
  return { certificates, change };
}

async function servedByTls(t: Test) {
  const { certificates, change } = await certificatesOf(t);
  const tested = apiUnderTest({ certificates });
  const url = new URL(await tested.app.listen({ host: '127.0.0.1', port: 0 }));
  t.teardown(() => tested.app.close());
  return { ...tested, port: Number(url.port), change };
}

async function call(port: number, agent: Agent) {
  const options = { host: '127.0.0.1', port, ca, agent, path: '/v1/mails?state=dead' };
  const [response] = await once(request(options).end(), 'response');
  return { status: response.statusCode, body: JSON.parse(await text(response)) };
}

function oneConnection(t: Test): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  return agent;
}

async function serialServed(port: number): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, ca });
  await once(socket, 'secureConnect');
  const serial = socket.getPeerX509Certificate()?.raw.toString('base64');
  socket.destroy();
  return serial;
}

/** The first certificate of a PEM text as bytes in base64. */
const bytesOf = ({ certificatePem }: Certificate) =>
  certificatePem.replaceAll(/-----[A-Z ]+-----|\s/g, '');

t.test('answers by TLS, with the certificate that there is', async (t) => {
  const { port, change } = await servedByTls(t);
  const kept = oneConnection(t);
  t.match(await call(port, kept), { status: 200, body: { items: [{}] } });
  t.equal(await serialServed(port), bytesOf(first));
  await change(second);
  t.equal(await serialServed(port), bytesOf(second));
  t.match(await call(port, kept), { status: 200 }, 'on the connection that was open');
  t.match(await call(port, oneConnection(t)), { status: 200 });
});

t.test('refuses TLS before 1.2', async (t) => {
  const { port } = await servedByTls(t);
  const handshake = async (options: ConnectionOptions) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...options });
    t.teardown(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket.getProtocol();
  };
  t.equal(await handshake({ maxVersion: 'TLSv1.2' }), 'TLSv1.2');
  const old = {
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  } as const;
  await t.rejects(handshake(old));
});

t.test('answers nothing to who speaks plain HTTP, and goes on', async (t) => {
  const { port } = await servedByTls(t);
  const socket = connectPlain(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  socket.write('GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n');
  t.notMatch(await text(socket), /HTTP/);
  t.match(await call(port, oneConnection(t)), { status: 200 });
});

t.test('answers what is no HTTP within TLS with 400', async (t) => {
  const { port } = await servedByTls(t);
  const socket = connect({ host: '127.0.0.1', port, ca });
  t.teardown(() => socket.destroy());
  socket.write('canary\r\n\r\n');
  t.match(await text(socket), /^HTTP\/1\.1 400 .*"reason":"InvalidRequest"/s);
});

t.test('has the limits of plain HTTP', async (t) => {
  const { app } = await servedByTls(t);
  const { headersTimeout, requestTimeout, keepAliveTimeout } = app.server;
  t.strictSame([headersTimeout, requestTimeout, keepAliveTimeout], [10_000, 60_000, 75_000]);
});

t.test('ends a connection that never shakes hands', async (t) => {
  const { certificates } = await certificatesOf(t);
  const server = httpsServerFactory(certificates, 50)(() => {}, {});
  // As fastify does, to answer what is no HTTP.
  server.on('clientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const silent = connectPlain(port, '127.0.0.1').resume();
  t.teardown(() => silent.destroy());
  await once(silent, 'close');
  t.pass('ended');
});

t.test('closes at once although peers say nothing', async (t) => {
  const { app, port } = await servedByTls(t);
  await call(port, oneConnection(t));
  const silent = connectPlain(port, '127.0.0.1');
  t.teardown(() => silent.destroy());
  await once(silent, 'connect');
  await call(port, oneConnection(t));
  const ended = once(silent.resume(), 'close');
  const begin = performance.now();
  await app.close();
  await ended;
  t.ok(performance.now() - begin < 1_000, `${performance.now() - begin} ms`);
});
