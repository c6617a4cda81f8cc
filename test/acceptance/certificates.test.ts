import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { CertificateSource } from '@mailprovider/process/certificates/certificate-source';
import {
  followCertificate,
  tlsOptions,
} from '@mailprovider/process/certificates/follow-certificate';
import { API_VERSION, KIND, PLURAL } from '@mailprovider/provider/identity';
import { allowed } from '@mailprovider/webhook/admission/verdict';
import { createWebhookMetrics } from '@mailprovider/webhook/metrics';
import { createWebhookServer } from '@mailprovider/webhook/server';
import { Registry } from 'prom-client';
import t, { type Test } from 'tap';
import { requiredPrograms, WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { authorityAt } from '../webhook/certificates/certificates.ts';
import { ShiftedClock } from '../webhook/certificates/shifted-clock.ts';
import { certManagerDefinitions, WITHOUT_GO } from './cert-manager-crds.ts';
import { type CertificateCluster, certificateCluster, MANIFESTS } from './certificate-cluster.ts';
import { launch } from './launch.ts';

const SECONDS_OF_A_DAY = 24 * 60 * 60;

/** Resolves with the milliseconds until the condition holds; rejects after 20 s. */
async function timeUntil(holds: () => Promise<boolean> | boolean): Promise<number> {
  const begin = performance.now();
  while (!(await holds())) {
    if (performance.now() - begin > 20_000) throw new Error(`not within 20 s: ${holds}`);
    await setImmediate();
  }
  return performance.now() - begin;
}

async function caBundles({ registrations }: CertificateCluster): Promise<(string | undefined)[]> {
  return (await registrations.read()).flatMap((registration) => registration.caBundles);
}

/** Whether every registration trusts exactly what the Secret says. */
async function isPublished(cluster: CertificateCluster, name: string): Promise<boolean> {
  const authority = (await cluster.secret(name).read())?.texts['ca.crt']?.trim() ?? 'none';
  const bundles = await caBundles(cluster);
  return bundles.every((bundle) => bundle?.includes(authority) === true);
}

function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
}

function isServedBy(source: CertificateSource, pem: string | undefined): boolean {
  const leaf = new X509Certificate(source.current().cert);
  return certificatesIn(pem ?? '').some((authority) =>
    leaf.verify(new X509Certificate(authority).publicKey),
  );
}

/** The webhook, but for rules; each call comes over a connection of its own. */
function webhookOf(t: Test, source: CertificateSource) {
  const webhook = createWebhookServer({
    certificate: source.current(),
    maxConcurrentReviews: 10,
    metrics: createWebhookMetrics(new Registry()),
    validate: () => allowed(),
    judged: () => {},
    mutate: () => [],
    failed: (error) => t.fail(String(error)),
  });
  webhook.server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  t.teardown(() => webhook.server.close());
  t.teardown(followCertificate(webhook.server, source));
  return webhook;
}

/** Creates a provider by a dry run, again and again; returns the status code. */
async function creatorOf(t: Test, { kubeconfig }: CertificateCluster) {
  const flags = ['proxy', '--port=0', '--kubeconfig', kubeconfig];
  const proxy = spawn(requiredPrograms().kubectl, flags);
  t.teardown(() => proxy.kill());
  const [line] = await once(createInterface(proxy.stdout), 'line');
  const address = String(line).split(' ').at(-1);
  const url = `http://${address}/apis/${API_VERSION}/${PLURAL}?dryRun=All`;
  const body = JSON.stringify({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'called' },
    spec: { smtp: { host: 'smtp.example.com', port: 25 }, sender: { address: 'a@example.com' } },
  });
  const headers = { 'content-type': 'application/json' };
  return async () => {
    const response = await fetch(url, { method: 'POST', headers, body });
    await response.body?.cancel();
    return response.status;
  };
}

async function serve(t: Test, source: CertificateSource): Promise<number> {
  const server = createServer(tlsOptions(source.current()), (_, response) => response.end());
  t.teardown(() => server.close());
  t.teardown(followCertificate(server, source));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Connects as a client that trusts `ca` and nothing else; returns the serial number it was shown. */
async function handshake(port: number, ca: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca });
  await once(socket, 'secureConnect');
  const serial = socket.getPeerX509Certificate()?.serialNumber ?? '';
  socket.destroy();
  return serial;
}

t.test('certificates in a cluster', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const cluster = await certificateCluster(t);
  const { kubectl } = cluster;

  await t.test('cert-manager takes the manifests for it', { skip: WITHOUT_GO }, async (t) => {
    t.match(await kubectl(['apply', '--server-side', '-f', await certManagerDefinitions()]), {
      exitCode: 0,
    });
    await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    for (const kind of ['mutating', 'validating']) {
      await kubectl(['delete', `${kind}webhookconfigurations`, '--all']);
    }
    const dryRun = ['apply', '--server-side', '--force-conflicts', '--dry-run=server'];
    const taken = await kubectl([...dryRun, '-k', MANIFESTS]);
    t.match(taken, { exitCode: 0, stderr: '' });
    for (const object of ['issuer', 'certificate']) {
      t.equal(taken.stdout.match(new RegExp(`^${object}.cert-manager.io/`, 'gm'))?.length, 2);
    }
    t.equal(taken.stdout.match(/webhookconfiguration.*\/mailprovider-/g)?.length, 2);

    const text = await readFile(join(MANIFESTS, 'cert-manager/certificates.yaml'), 'utf8');
    const misspelt = text.replace('rotationPolicy: Never', 'rotatePolicy: Never');
    t.match(await kubectl([...dryRun, '-f', '-'], misspelt), { exitCode: 1 });
  });

  await t.test('replicas that start at once share one authority and leaf', async (t) => {
    await cluster.registerAnew();
    const starts = Array.from({ length: 5 }, () => cluster.start(t, 'raced'));
    const replicas = await Promise.all(starts);
    const stored = await cluster.secret('raced').read();
    for (const { source, lines } of replicas) {
      t.equal(source.current().cert, stored?.texts['tls.crt']);
      t.notMatch(lines.all.join('\n'), /PRIVATE KEY/);
    }
    const created = replicas.flatMap(({ lines }) => lines.all.filter((l) => l.includes('renewed')));
    t.equal(created.length, 1, 'one created it');
    await timeUntil(() => isPublished(cluster, 'raced'));
    const { stdout } = await kubectl([
      'get',
      'secret',
      'raced',
      '-n',
      'mailprovider-system',
      '-ojson',
    ]);
    t.equal(JSON.parse(stdout).type, 'kubernetes.io/tls', 'a type that health never reads');
  });

  await t.test('a caBundle that others change or remove is restored within a second', async (t) => {
    await cluster.registerAnew();
    const { lines } = await cluster.start(t, 'restored');
    await timeUntil(() => isPublished(cluster, 'restored'));
    const path = '/webhooks/0/clientConfig/caBundle';
    const value = Buffer.from(authorityAt(new Date()).certificatePem).toString('base64');
    for (const kind of ['mutating', 'validating']) {
      const { stdout: name } = await kubectl(['get', `${kind}webhookconfigurations`, '-oname']);
      for (const patch of [
        { op: 'replace', path, value },
        { op: 'remove', path },
      ]) {
        t.match(await kubectl(['patch', name, '--type=json', '-p', JSON.stringify([patch])]), {
          exitCode: 0,
        });
        const ms = await timeUntil(() => isPublished(cluster, 'restored'));
        t.ok(ms < 1_000, `restored ${Math.round(ms)} ms after kubectl ended`);
      }
    }
    await lines.until(/"validatingwebhookconfiguration\/mailprovider-validation".*restored/);
  });

  await t.test(
    'a registration that is deleted stays so; one that comes back is kept',
    async (t) => {
      await cluster.registerAnew();
      const { lines } = await cluster.start(t, 'deleted');
      await timeUntil(() => isPublished(cluster, 'deleted'));
      await kubectl(['delete', 'mutatingwebhookconfiguration', 'mailprovider-mutation']);
      await lines.until(/"missing":"mutatingwebhookconfiguration\/mailprovider-mutation"/);
      t.equal((await caBundles(cluster)).length, 1);
      await cluster.registerAnew();
      t.ok((await timeUntil(() => isPublished(cluster, 'deleted'))) < 1_000);
    },
  );

  await t.test('a Secret that is spoilt or deleted is renewed, and no trust is lost', async (t) => {
    await cluster.registerAnew();
    const { source, lines } = await cluster.start(t, 'spoilt');
    await timeUntil(() => isPublished(cluster, 'spoilt'));
    const secret = cluster.secret('spoilt');
    const name = ['secret', 'spoilt', '-n', 'mailprovider-system'];
    const foreign = authorityAt(new Date());
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const garbage = base64('canary');
    const spoilt = [
      { 'ca.crt': garbage },
      { 'ca.key': base64(foreign.keyPem) },
      { 'tls.crt': garbage, 'tls.key': garbage },
      { 'tls.crt': base64(foreign.certificatePem), 'tls.key': base64(foreign.keyPem) },
      { 'ca.crt': '', 'ca.key': '', 'tls.crt': '', 'tls.key': '' },
    ];
    const isSound = async () => {
      const texts = (await secret.read())?.texts ?? {};
      const isServed = source.current().cert === texts['tls.crt'];
      return isServed && isServedBy(source, texts['ca.crt']) && isPublished(cluster, 'spoilt');
    };
    for (const data of spoilt) {
      await kubectl(['patch', ...name, '-p', JSON.stringify({ data })]);
      t.ok((await timeUntil(isSound)) < 2_000, Object.keys(data).join());
      const bundles = await caBundles(cluster);
      t.ok(bundles.every((pem) => isServedBy(source, pem)));
    }
    await kubectl(['delete', ...name]);
    t.ok((await timeUntil(isSound)) < 2_000, 'deleted');
    t.notMatch(lines.all.join('\n'), /canary|Y2FuYXJ5|PRIVATE/);
  });

  await t.test('what has ended is renewed before it is served', async (t) => {
    await cluster.registerAnew();
    const clock = new ShiftedClock();
    const replica = await cluster.start(t, 'ended', { clock });
    const { source } = replica;
    const isLasting = () =>
      new Date(new X509Certificate(source.current().cert).validTo) > clock.now();
    for (const days of [8, 400]) {
      clock.shift(days * SECONDS_OF_A_DAY * 1_000);
      t.notOk(isLasting());
      t.ok((await timeUntil(isLasting)) < 2_000, `${days} days later`);
      await timeUntil(() => isPublished(cluster, 'ended'));
      const { source: restarted } = await cluster.start(t, 'ended', { clock });
      t.equal(restarted.current().cert, source.current().cert);
    }
    t.equal(await replica.reloads('error'), 0);
  });

  await t.test('clients that trust the caBundle never fail while all is renewed', async (t) => {
    await cluster.registerAnew();
    const clock = new ShiftedClock();
    const settings = {
      lifetimes: { authorityDays: 60 / SECONDS_OF_A_DAY, leafDays: 20 / SECONDS_OF_A_DAY },
      trustDelayMs: 5_000,
      checkIntervalMs: 1_000,
    };
    const start = () => cluster.start(t, 'rotated', { clock, settings });
    const replicas = await Promise.all([start(), start()]);
    await timeUntil(() => isPublished(cluster, 'rotated'));
    const ports = await Promise.all(replicas.map(({ source }) => serve(t, source)));

    const seen = { handshakes: 0, leaves: new Set<string>(), bundles: new Set<string>() };
    const connectToAll = async (bundle: string) => {
      seen.bundles.add(bundle);
      for (const port of ports) seen.leaves.add(await handshake(port, bundle));
      seen.handshakes += ports.length;
    };
    // A certificate begins five minutes before it is made: so far may the clock be ahead.
    for (let aheadSeconds = 0; aheadSeconds < 280; aheadSeconds += 2) {
      clock.shift(2_000);
      for (const bundle of await caBundles(cluster)) await connectToAll(bundle ?? '');
      await timeUntil(() => clock.waiting === replicas.length);
    }
    const authorities = new Set([...seen.bundles].flatMap(certificatesIn));
    const { handshakes, leaves } = seen;
    t.comment(`${handshakes} handshakes, ${authorities.size} authorities, ${leaves.size} leaves`);
    t.ok(authorities.size >= 5, `${authorities.size} authorities`);
    t.ok(leaves.size >= 10, `${leaves.size} leaves`);
    t.ok([...seen.bundles].some((pem) => certificatesIn(pem).length > 1));
  });

  await t.test('API servers never fail to call while all is renewed', async (t) => {
    const settings = {
      lifetimes: { authorityDays: 24 / SECONDS_OF_A_DAY, leafDays: 12 / SECONDS_OF_A_DAY },
      trustDelayMs: 2_000,
      checkIntervalMs: 500,
    };
    const { source, reloads } = await cluster.start(t, 'called', { settings });
    const leaves = new Set<string>();
    source.onChange(({ cert }) => leaves.add(cert));
    const webhook = webhookOf(t, source);
    await cluster.registerAnew(await webhook.listen({ host: '127.0.0.1', port: 0 }));
    await timeUntil(() => isPublished(cluster, 'called'));
    const create = await creatorOf(t, cluster);
    await timeUntil(async () => (await create()) === 201);

    const { 'ca.crt': authority } = (await cluster.secret('called').read())?.texts ?? {};
    const answers = new Map<number, number>();
    const end = performance.now() + 22_000;
    const load = Array.from({ length: 4 }, async () => {
      while (performance.now() < end) {
        const status = await create();
        answers.set(status, (answers.get(status) ?? 0) + 1);
      }
    });
    await Promise.all(load);
    const calls = answers.get(201);
    t.strictSame([...answers.keys()], [201]);
    t.ok(leaves.size >= 3, `${calls} creates, ${leaves.size} certificates one after another`);
    t.notOk(isServedBy(source, authority), 'by another authority than at first');
    t.equal(await reloads('error'), 0);
  });

  await t.test('the webhook keeps its certificate with the rights of its manifest', async (t) => {
    await cluster.registerAnew();
    const name = 'mailprovider-webhook-certificate';
    const flags = [
      ...['--kubeconfig', join(dirname(cluster.kubeconfig), 'webhook.kubeconfig')],
      ...['--bind-address', '127.0.0.1', '--secure-port', '0'],
      ...['--metrics-bind-address', '127.0.0.1:0', '--tls-secret-name', name],
      ...['--tls-dns-names', '127.0.0.1'],
    ];
    const manifest = join(MANIFESTS, 'self-managed/rbac.yaml');
    t.match(await kubectl(['apply', '-f', manifest]), { exitCode: 0 });
    const { child, serving } = launch(t, 'webhook', flags);
    let log = '';
    child.stdout.on('data', (chunk) => {
      log += chunk;
    });
    const url = await serving('webhook');
    await timeUntil(() => isPublished(cluster, name));
    const [bundle] = await caBundles(cluster);
    t.match(await handshake(Number(new URL(url).port), bundle ?? ''), /^[0-9A-F]{32}$/);
    const operations = await serving('operations');
    const metrics = await (await fetch(`${operations}/metrics`)).text();
    t.match(metrics, /certificate_expiry_timestamp_seconds\{kind="ca"\} \d+/);
    t.match(metrics, /certificate_reloads_total\{result="error"\} 0/);
    t.notMatch(log, /PRIVATE|status 403/);

    const account = ['--as=system:serviceaccount:mailprovider-system:mailprovider-webhook'];
    const may = async (...question: string[]) =>
      (await kubectl(['auth', 'can-i', ...question, ...account])).stdout;
    t.equal(await may('get', 'secret/other', '-n', 'mailprovider-system'), 'no');
    t.equal(await may('get', `secret/${name}`, '-n', 'mailprovider-credentials'), 'no');
    t.equal(await may('list', 'secrets', '-n', 'mailprovider-system'), 'no');
    t.equal(await may('patch', 'validatingwebhookconfigurations/other'), 'no');
  });
});
