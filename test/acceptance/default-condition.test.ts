import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { DEFAULT_CONCURRENCY } from '@mailprovider/health';
import { type DefaultClaims, defaultClaims } from '@mailprovider/kube';
import { createLogger } from '@mailprovider/process';
import { conditionOf } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { Condition } from '@mailprovider/provider/status-schema';
import t, { type Test } from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { anonymousProvider, type OwnCluster, ownCluster } from './leader-cluster.ts';

const NAMES = ['default-a', 'default-b', 'default-c'];

function defaultOf({ status }: MailProvider): Condition | undefined {
  return conditionOf(status?.conditions, 'Default');
}

/** Follows all providers; `until` resolves as soon as they are as wanted. */
function follow(t: Test, { providers }: OwnCluster) {
  const stop = new AbortController();
  const known = new Map<string, MailProvider>();
  /** Every Default condition that each provider had. */
  const seen = new Map<string, Set<string>>();
  let check = () => {};
  const stored = (provider: MailProvider) => {
    const { name } = provider.metadata;
    known.set(name, provider);
    const conditions = seen.get(name) ?? new Set();
    seen.set(name, conditions.add(JSON.stringify(defaultOf(provider))));
    check();
  };
  const handlers = {
    replaced: (all: readonly MailProvider[]) => all.forEach(stored),
    stored,
    deleted: ({ metadata }: MailProvider) => {
      known.delete(metadata.name);
      check();
    },
  };
  const logger = createLogger('test', 'silent');
  const ended = providers.watch(handlers, { logger, signal: stop.signal });
  t.teardown(() => {
    stop.abort();
    return ended;
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (holds()) resolve();
      };
      check();
    });
  const conditions = () =>
    NAMES.map((name) => {
      const provider = known.get(name);
      return provider && defaultOf(provider);
    });
  const reasons = () => conditions().map((condition) => condition?.reason ?? 'none');
  return {
    known,
    seen,
    until,
    conditions,
    reasons,
    untilReasons: (...wanted: readonly string[]) => until(() => reasons().join() === wanted.join()),
  };
}

async function removeRegistrations({ kubectl, create, remove }: OwnCluster): Promise<void> {
  const kinds = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'];
  for (const kind of kinds) await kubectl(['delete', kind, '--all']);
  // The API server takes a moment to see that nobody is to be asked any more.
  const trial = anonymousProvider('unasked', { port: 25 });
  const invalid = {
    ...trial,
    spec: { ...trial.spec, smtp: { ...trial.spec.smtp, username: 'x' } },
  };
  while ((await create(invalid)).status !== 201);
  await remove('unasked');
}

/** A listener that takes every connection and says nothing. */
async function silentServer(t: Test) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, connections: () => sockets.size };
}

/** Claims for an object, and waits for the stamp; milliseconds. */
async function stampTime(claims: DefaultClaims, holder: string, uid: string): Promise<number> {
  const claim = { holder, uid, operation: 'CREATE', resourceVersion: '' } as const;
  const taken = { ...claim, takenAt: Date.now(), retaken: false, seen: false };
  await claims.write(taken, await claims.read());
  const begin = performance.now();
  for (;;) {
    const { claim: read } = await claims.read();
    if (read !== undefined && read !== 'unreadable' && read.seen) return performance.now() - begin;
  }
}

t.test('defaults that were stored without admission', { skip: WITHOUT_PROGRAMS }, async (t) => {
  const cluster = await ownCluster(t);
  const { kubectl, environment, create, patch, remove } = cluster;
  await removeRegistrations(cluster);
  const { MAILPROVIDER_SMTP_USERNAME: username, MAILPROVIDER_SMTP_PASSWORD: password } =
    environment;
  const secret = ['create', 'secret', 'generic', 'login', `--from-literal=password=${password}`];
  t.match(await kubectl(secret), { exitCode: 0 });
  const port = Number(environment.MAILPROVIDER_SMTP_PORT);
  for (const name of NAMES) {
    const provider = anonymousProvider(name, { port, default: true });
    const login = { username, passwordRef: { name: 'login', key: 'password' } };
    const smtp = { ...provider.spec.smtp, ...login, insecureSkipVerify: true };
    t.equal((await create({ ...provider, spec: { ...provider.spec, smtp } })).status, 201);
  }
  const { known, seen, until, conditions, reasons, untilReasons } = follow(t, cluster);
  const claims = defaultClaims(cluster.leases, 90_000);

  await t.test('one is elected, the others conflict, and all are Ready', async (t) => {
    await untilReasons('Elected', 'DefaultConflict', 'DefaultConflict');
    for (const name of NAMES) {
      const wait = ['wait', `mailprovider/${name}`, '--for=condition=Ready', '--timeout=10s'];
      t.match(await kubectl(wait), { exitCode: 0 });
    }
    const [elected, loser] = conditions();
    t.match(elected, { status: 'True', observedGeneration: 1 });
    t.match(loser, {
      status: 'False',
      observedGeneration: 1,
      message: /"default-a" is the elected/,
    });
    const [, metricsUrl = ''] = environment.MAILPROVIDER_METRICS_URLS.split(' ');
    t.match(await (await fetch(metricsUrl)).text(), /_default_providers 3\n/);
  });

  await t.test(
    'no condition changes over 100 events of each and 100 of their Secret',
    async (t) => {
      const before = conditions();
      for (const name of NAMES) seen.delete(name);
      for (let round = 1; round <= 100; round += 1) {
        const metadata = {
          annotations: { round: String(round) },
          labels: { round: String(round) },
        };
        await Promise.all(NAMES.map((name) => patch(name, { metadata })));
        t.equal((await cluster.annotateSecret('login', { round: String(round) })).status, 200);
      }
      // Events come in order: what tells of this one has seen all others.
      await patch('default-c', { spec: { displayName: 'C' } });
      await until(() => conditions()[2]?.observedGeneration === 2);
      t.strictSame(
        conditions(),
        before.map((condition, index) =>
          index === 2 ? { ...condition, observedGeneration: 2 } : condition,
        ),
      );
      t.strictSame(
        NAMES.map((name) => seen.get(name)?.size),
        [1, 1, 2],
      );
    },
  );

  await t.test('the holder of the claim is elected before an older one', async () => {
    const uid = known.get('default-b')?.metadata.uid ?? '';
    const taken = { takenAt: Date.now(), retaken: false, seen: false };
    const claim = { holder: 'default-b', uid, operation: 'UPDATE', resourceVersion: '1' } as const;
    await claims.write({ ...claim, ...taken }, await claims.read());
    await untilReasons('DefaultConflict', 'Elected', 'DefaultConflict');
  });

  await t.test('while 500 probes hang', async (t) => {
    const { port: silent, connections } = await silentServer(t);
    const names = Array.from({ length: 500 }, (_, index) => `hanging-${index}`);
    await Promise.all(names.map((name) => create(anonymousProvider(name, { port: silent }))));
    await until(() => known.size === 503);
    while (connections() < DEFAULT_CONCURRENCY) await new Promise((done) => setImmediate(done));

    await t.test('a disabled or withdrawn default is followed by another at once', async (t) => {
      const steps = [
        ['default-b', { disabled: true }, ['Elected', 'Disabled', 'DefaultConflict']],
        ['default-a', { default: false }, ['none', 'Disabled', 'Elected']],
      ] as const;
      for (const [name, spec, wanted] of steps) {
        const begin = performance.now();
        await patch(name, { spec });
        await untilReasons(...wanted);
        const tookMs = performance.now() - begin;
        t.ok(tookMs < 1_000, `${reasons()} after ${Math.round(tookMs)} ms`);
      }
    });

    await t.test('a deleted default is followed by another at once', async (t) => {
      await patch('default-b', { spec: { disabled: false } });
      await untilReasons('none', 'Elected', 'DefaultConflict');
      const begin = performance.now();
      await remove('default-b');
      await untilReasons('none', 'none', 'Elected');
      const tookMs = performance.now() - begin;
      t.ok(tookMs < 1_000, `${Math.round(tookMs)} ms`);
    });

    await t.test('the claim of an object that is gone is stamped within 500 ms', async (t) => {
      const took: number[] = [];
      for (let round = 0; round < 20; round += 1) {
        const name = `short-lived-${round}`;
        await create(anonymousProvider(name, { port: silent }));
        await until(() => known.has(name));
        const uid = known.get(name)?.metadata.uid ?? '';
        await remove(name);
        await until(() => !known.has(name));
        took.push(await stampTime(claims, name, uid));
      }
      const longest = Math.max(...took);
      t.ok(longest < 500, `${Math.round(longest)} ms at most`);
      const { lease } = await claims.read();
      t.equal(lease?.spec.leaseDurationSeconds, 90, 'and stays as it was told otherwise');
    });
  });
});
