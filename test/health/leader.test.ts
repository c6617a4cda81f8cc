import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createHealthMetrics, type HealthStatus } from '@mailprovider/health';
import { SeenUids } from '@mailprovider/health/default/seen-uids';
import type { HealthEvent } from '@mailprovider/health/events/status-events';
import { lead } from '@mailprovider/health/leader';
import { type ClaimReading, type Leadership, LeadershipLost } from '@mailprovider/kube';
import { Latest } from '@mailprovider/kube/cache/latest';
import { ProviderCache } from '@mailprovider/kube/cache/provider-cache';
import { createLogger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { createAddressPolicy, systemResolver } from '@mailprovider/smtp';
import { Registry } from 'prom-client';
import t, { type Test } from 'tap';
import { ManualClock } from './manual-clock.ts';
import { providerObject } from './provider-object.ts';

/** A leadership that the test takes away; `expired`: the time is over, and no timer has fired yet. */
function leadership() {
  const end = new AbortController();
  const state = { expired: false };
  const held: Leadership = {
    signal: end.signal,
    throwIfLost() {
      if (state.expired) end.abort(new LeadershipLost('late'));
      end.signal.throwIfAborted();
    },
  };
  return { held, state, end: () => end.abort() };
}

/** What a leader works with, where what it writes is seen by the test. */
function leaderDeps(t: Test) {
  const clock = new ManualClock();
  const registry = new Registry();
  const logger = createLogger('test', 'silent');
  const writes = new EventEmitter<{
    status: [HealthStatus];
    default: [string | undefined];
    event: [string];
  }>();
  const log: string[] = [];
  writes.on('status', () => log.push('status'));
  writes.on('default', (reason) => log.push(`default ${reason}`));
  const known = {
    providers: new ProviderCache(),
    secretChanges: new EventEmitter<{ changed: [name: string] }>(),
    claim: new Latest<ClaimReading>(),
  };
  known.claim.tell({ claim: undefined, lease: undefined });
  const deps = {
    known,
    seen: new SeenUids(clock),
    engine: {
      check: {
        credentialsNamespace: 'mail',
        secrets: { read: async () => ({ found: false, why: 'missing' }) as const },
        resolver: systemResolver(),
        addressPolicy: createAddressPolicy({ allowLoopback: true }),
        timeoutMs: 10_000,
        monotonicMs: () => clock.monotonicMs(),
      },
      statusWriter: {
        async write(_provider: unknown, status: HealthStatus) {
          writes.emit('status', status);
        },
      },
      metrics: createHealthMetrics(registry),
      clock,
      logger,
      intervals: { healthyMs: 300_000, unhealthyMs: 30_000 },
      concurrency: 4,
      random: () => 0,
    },
    defaultConditionWriter: {
      async write(_provider: unknown, condition: { reason: string } | undefined) {
        writes.emit('default', condition?.reason);
      },
    },
    listSecrets: async () => new Map(),
    eventSink: {
      async create(_provider: unknown, { reason }: HealthEvent) {
        writes.emit('event', reason);
      },
    },
    claimStore: {
      read: async () => ({ claim: undefined, lease: undefined }),
      write: async () => true,
    },
  };
  const { held, state, end } = leadership();
  t.teardown(end);
  return { deps, known, writes, log, registry, held, state, end };
}

/** A server whose greeting is what the test makes of its first connection. */
async function peer(t: Test) {
  const server = createServer((socket) => socket.on('error', () => {}));
  const dialled = once(server, 'connection') as Promise<[Socket]>;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  return { dialled, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

const providerAt = (port: number, spec: object = {}) =>
  providerObject('a', {
    spec: {
      ...spec,
      smtp: { host: '127.0.0.1', port },
      sender: { address: 'a@example.com' },
    },
  });

t.test('starts from what is known, and takes its metrics along when it ends', async (t) => {
  const { deps, known, writes, registry, held, end } = leaderDeps(t);
  known.providers.replaced([providerAt(1, { default: true })]);
  const written = Promise.all([once(writes, 'status'), once(writes, 'default')]);
  const leading = lead(held, deps);
  const told: string[] = [];
  writes.on('event', (reason) => told.push(reason));
  t.match(await written, [[{ observedGeneration: 1 }], ['Elected']]);
  t.match(await registry.metrics(), /provider="a"/);
  end();
  await leading;
  t.notMatch(await registry.metrics(), /provider="a"/);
  t.equal(known.secretChanges.listenerCount('changed'), 0);
  t.strictSame(told.sort(), ['ConnectionRefused', 'Elected'], 'events tell of both');
});

t.test('a result found while the lead was lost is not written', async (t) => {
  const { deps, known, writes, log, held, state } = leaderDeps(t);
  const { dialled, port } = await peer(t);
  known.providers.replaced([providerAt(port, { default: true })]);
  const elected = once(writes, 'default');
  const leading = lead(held, deps);
  await elected;
  const [socket] = await dialled;
  state.expired = true;
  socket.destroy();
  await leading;
  t.strictSame(log, ['default Elected']);
});

t.test('nothing begins after the end, whatever is told', async (t) => {
  const { deps, known, log, held, end } = leaderDeps(t);
  const leading = lead(held, deps);
  end();
  known.providers.stored(providerAt(1, { default: true }));
  known.secretChanges.emit('changed', 'any');
  await leading;
  t.strictSame(log, []);
});

t.test('a status that grows old while others are written is not written', async (t) => {
  const { deps, known, held, end } = leaderDeps(t);
  const tries: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const all = Array.from({ length: 9 }, (_, i) => ({
    ...providerAt(1),
    metadata: { ...providerAt(1).metadata, name: `p-${i}` },
  }));
  known.providers.replaced(all);
  const statusWriter = {
    async write({ metadata }: MailProvider, { observedGeneration }: HealthStatus) {
      tries.push(`${metadata.name} ${observedGeneration}`);
      await released;
    },
  };
  const checked = new EventEmitter();
  let checks = 0;
  const metrics = {
    ...deps.engine.metrics,
    checked() {
      checks += 1;
      checked.emit('checked');
    },
  };
  const leading = lead(held, { ...deps, engine: { ...deps.engine, statusWriter, metrics } });
  while (checks < 9) await once(checked, 'checked');
  while (tries.length < 8) await new Promise((resolve) => setImmediate(resolve));
  const [last] = all.filter(({ metadata }) => !tries.includes(`${metadata.name} 1`));
  if (last === undefined) throw new Error('none waits');
  known.providers.stored({ ...last, metadata: { ...last.metadata, generation: 2 } });
  release();
  while (tries.length < 9) await new Promise((resolve) => setImmediate(resolve));
  t.equal(tries[8], `${last.metadata.name} 2`);
  end();
  await leading;
});
