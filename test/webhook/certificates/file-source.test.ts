import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:https';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Certificate } from '@mailprovider/pki';
import { createLogger } from '@mailprovider/process';
import type { CertificateSource } from '@mailprovider/process/certificates/certificate-source';
import { startFileSource } from '@mailprovider/process/certificates/file-source';
import {
  followCertificate,
  tlsOptions,
} from '@mailprovider/process/certificates/follow-certificate';
import t, { type Test } from 'tap';
import { authorityAt, certificateMetrics, leafOf } from './certificates.ts';
import { logLines } from './log-lines.ts';
import { ShiftedClock } from './shifted-clock.ts';

const now = new Date();
const authority = authorityAt(now);
const first = leafOf(authority, now);
const second = leafOf(authority, now);
const ca = authority.certificatePem;

const contentOf = ({ certificatePem, keyPem }: Certificate) => ({
  'tls.crt': certificatePem,
  'tls.key': keyPem,
});

async function write(folder: string, certificate: Certificate): Promise<void> {
  for (const [name, text] of Object.entries(contentOf(certificate))) {
    await writeFile(join(folder, name), text);
  }
}

async function sourceOf(t: Test, folder: string) {
  const { metrics, registry, reloads } = certificateMetrics();
  const clock = new ShiftedClock();
  const { stream, lines } = logLines();
  const source = await startFileSource(
    { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') },
    { logger: createLogger('test', 'info', stream), metrics, clock },
  );
  t.teardown(() => source.close());
  return { source, clock, registry, reloads, lines };
}

/** Resolves when that certificate is the one to serve. */
async function until(source: CertificateSource, { certificatePem }: Certificate): Promise<void> {
  if (source.current().cert === certificatePem) return;
  await new Promise<void>((resolve) => {
    const stop = source.onChange(({ cert }) => {
      if (cert !== certificatePem) return;
      stop();
      resolve();
    });
  });
}

async function serverOf(t: Test, source: CertificateSource): Promise<number> {
  const server = createServer(tlsOptions(source.current()), (_request, response) => {
    response.end('answer');
  });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  t.teardown(followCertificate(server, source));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function servedAt(port: number): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, ca });
  await once(socket, 'secureConnect');
  const served = socket.getPeerX509Certificate()?.fingerprint256;
  socket.destroy();
  return served;
}

const fingerprint = ({ certificatePem }: Certificate) =>
  new X509Certificate(certificatePem).fingerprint256;

async function call(port: number, agent: Agent): Promise<string> {
  const [response] = await once(get({ host: '127.0.0.1', port, ca, agent }), 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return body;
}

/** Puts a version of a volume into a folder as the kubelet does: one rename exchanges all files. */
async function project(volume: string, certificate: Certificate): Promise<string> {
  const version = await mkdtemp(join(volume, '..version-'));
  await write(version, certificate);
  await symlink(version, join(volume, '..data_tmp'));
  await rename(join(volume, '..data_tmp'), join(volume, '..data'));
  return version;
}

t.test('new files are served to new connections; open ones go on', async (t) => {
  const folder = t.testdir(contentOf(first));
  const { source, reloads, registry } = await sourceOf(t, folder);
  const port = await serverOf(t, source);
  t.equal(await servedAt(port), fingerprint(first));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  t.equal(await call(port, agent), 'answer');

  const longer = leafOf(authority, now, 30);
  await write(folder, longer);
  await until(source, longer);
  t.equal(await servedAt(port), fingerprint(longer));
  t.equal(await call(port, agent), 'answer', 'the kept connection');
  t.equal(await reloads('success'), 1);
  const ends = Date.parse(new X509Certificate(longer.certificatePem).validTo) / 1000;
  t.match(await registry.metrics(), `expiry_timestamp_seconds{kind="leaf"} ${ends}`);
});

t.test('no call fails while the kubelet exchanges the files many times', async (t) => {
  const volume = t.testdir({});
  let version = await project(volume, first);
  for (const name of ['tls.crt', 'tls.key']) await symlink(`..data/${name}`, join(volume, name));
  const { source, reloads } = await sourceOf(t, volume);
  const port = await serverOf(t, source);
  const agents = [new Agent({ keepAlive: true, maxSockets: 4 }), new Agent()];
  t.teardown(() => agents.map((agent) => agent.destroy()));

  let changing = true;
  let calls = 0;
  const load = agents.map(async (agent) => {
    while (changing) {
      await Promise.all(Array.from({ length: 4 }, () => call(port, agent)));
      calls += 4;
    }
  });
  for (let round = 1; round <= 10; round += 1) {
    const next = round % 2 === 0 ? first : second;
    const former = version;
    version = await project(volume, next);
    await rm(former, { recursive: true });
    await until(source, next);
    t.equal(await servedAt(port), fingerprint(next));
  }
  changing = false;
  await Promise.all(load);
  t.ok(calls > 100, `${calls} calls`);
  t.equal(await reloads('success'), 10);
  t.equal(await reloads('error'), 0);
});

t.test(
  'a pair that cannot serve leaves the last one in use, is counted and told once',
  async (t) => {
    const folder = t.testdir(contentOf(first));
    const { source, clock, reloads, lines } = await sourceOf(t, folder);
    const port = await serverOf(t, source);
    const broken: [string, string][] = [
      ['tls.crt', first.certificatePem.slice(0, 200)],
      ['tls.crt', ''],
      ['tls.crt', second.certificatePem],
      ['tls.key', 'canary'],
    ];
    for (const [index, [name, text]] of broken.entries()) {
      await writeFile(join(folder, name), text);
      clock.shift(10_000);
      while ((await reloads('error')) <= index) await setImmediate();
      t.equal(await servedAt(port), fingerprint(first));
    }
    await rm(join(folder, 'tls.key'));
    await lines.until(/tls-private-key-file .*ENOENT/);
    await write(folder, second);
    await until(source, second);
    t.equal(await servedAt(port), fingerprint(second));
    const told = lines.all.filter((line) => /not a PEM certificate and its key/.test(line));
    t.equal(told.length, 1);
    t.notMatch(lines.all.join('\n'), /canary|PRIVATE/);
  },
);

t.test('files that were moved over or came back are found', async (t) => {
  const folder = t.testdir(contentOf(first));
  const { source } = await sourceOf(t, folder);
  for (const [name, text] of Object.entries(contentOf(second))) {
    await writeFile(join(folder, `new-${name}`), text);
    await rename(join(folder, `new-${name}`), join(folder, name));
  }
  await until(source, second);
  await rm(join(folder, 'tls.crt'));
  await rm(join(folder, 'tls.key'));
  await write(folder, first);
  await until(source, first);
  t.pass('found');
});

t.test('a folder that was replaced is found after 10 s, without a watch of it', async (t) => {
  const folder = join(t.testdir({ certificates: contentOf(first) }), 'certificates');
  const { source, clock } = await sourceOf(t, folder);
  await rename(folder, `${folder}-old`);
  await mkdir(folder);
  await write(folder, second);
  clock.shift(10_000);
  await until(source, second);
  t.pass('found');
});

t.test('a first pair that cannot serve is refused with flag and file', async (t) => {
  const folder = t.testdir({ ...contentOf(first), 'tls.key': second.keyPem });
  await t.rejects(sourceOf(t, folder), {
    name: 'StartupError',
    message: /^--tls-cert-file .*tls\.crt and .*tls\.key: not a PEM certificate and its key$/,
  });
  await t.rejects(sourceOf(t, join(folder, 'none')), {
    name: 'StartupError',
    message: /^--tls-cert-file .*none\/tls\.crt: cannot be read \(ENOENT\)$/,
  });
});

t.test('after close nothing is looked at any more', async (t) => {
  const folder = t.testdir(contentOf(first));
  const { source, clock } = await sourceOf(t, folder);
  await source.close();
  t.equal(clock.waiting, 0);
  await write(folder, second);
  clock.shift(10_000);
  t.equal(source.current().cert, first.certificatePem);
});
