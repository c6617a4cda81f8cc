import { EventEmitter } from 'node:events';
import { createLogger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { SendStatus } from '@mailprovider/sender/ports';
import { SendStatusKeeper } from '@mailprovider/sender/status/send-status-keeper';
import t from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { providerObject } from '../../health/provider-object.ts';
import { specWithCredentials } from '../../provider/minimal-spec.ts';
import { attemptReport } from '../attempt-report.ts';

const REFUSED = { reason: 'ConnectionRefused', stage: 'connect' } as const;

function record(until: string, fields: Partial<AuthSuspension> = {}): AuthSuspension {
  const user = 'breakglass@example.com';
  const login = { target: 'smtp.example.com:587', user, secretVersion: '1' };
  return { ...login, until, reason: 'AuthenticationFailed', code: 535, ...fields };
}

function withStatus(status: NonNullable<MailProvider['status']>): MailProvider {
  return providerObject('p', { spec: specWithCredentials(), status });
}

/** Everything that has been settled already is done. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A keeper of one provider, whose store answers as the test says. */
function keeperUnderTest() {
  const clock = new ManualClock();
  const written: SendStatus[] = [];
  const told = new EventEmitter<{ changed: [name: string]; secret: [name: string] }>();
  const store = {
    provider: providerObject('p', { spec: specWithCredentials() }) as MailProvider | undefined,
    failing: false,
  };
  const keeper = new SendStatusKeeper({
    writer: {
      async write(_provider, status) {
        if (store.failing) throw new Error('unavailable');
        written.push(status);
      },
    },
    providers: {
      get: () => store.provider,
      listen({ providerChanged, secretChanged }) {
        told.on('changed', providerChanged).on('secret', secretChanged);
        return () => told.off('changed', providerChanged).off('secret', secretChanged);
      },
    },
    clock,
    logger: createLogger('test', 'silent'),
    random: () => 0,
  });
  const attempted = (parts: Parameters<typeof attemptReport>[1] = {}) =>
    keeper.attempted(attemptReport({}, { at: clock.now(), ...parts }));
  const stored = (provider: MailProvider | undefined) => {
    store.provider = provider;
    told.emit('changed', 'p');
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  const secretStored = (name: string) => told.emit('secret', name);
  return { clock, written, store, stored, secretStored, keeper, attempted, pass };
}

t.test(
  'the first attempt is written at once, and what follows within 5 s as it is by then',
  async (t) => {
    const { clock, written, attempted, pass } = keeperUnderTest();
    attempted({ failure: REFUSED });
    await settled();
    t.equal(written.length, 1);
    t.match(
      written[0]?.lastSendError,
      /^ConnectionRefused: smtp\.example\.com:587: failed in stage connect: /,
    );
    for (let second = 0; second < 3; second += 1) {
      await pass(1_000);
      attempted({ failure: REFUSED });
    }
    attempted();
    t.equal(written.length, 1, 'coalesced');
    await pass(1_900);
    t.strictSame(written.slice(1), [{ lastSendAttempt: new Date(clock.now().getTime() - 1_900) }]);
    t.strictSame(clock.pending, [], 'nothing is left to write');
  },
);

t.test('a write that fails is repeated in growing pauses with the latest state', async (t) => {
  const { clock, written, store, attempted, pass } = keeperUnderTest();
  store.failing = true;
  attempted({ failure: REFUSED });
  await settled();
  t.strictSame(clock.pending, [500]);
  await pass(500);
  t.strictSame(clock.pending, [1_000]);
  attempted();
  store.failing = false;
  await pass(1_000);
  t.equal(written.length, 1);
  t.notOk(written[0]?.lastSendError);
});

t.test('close writes what is not written yet', async (t) => {
  const { clock, written, keeper, attempted } = keeperUnderTest();
  attempted();
  await settled();
  attempted({ failure: REFUSED });
  await keeper.close();
  t.match(written[1]?.lastSendError, /^ConnectionRefused: /);
  t.strictSame(clock.pending, []);
  attempted();
  await settled();
  t.equal(written.length, 2, 'nothing after that');
});

t.test('close ends although the write fails', async (t) => {
  const { store, keeper, attempted } = keeperUnderTest();
  store.failing = true;
  attempted();
  await t.resolves(keeper.close());
});

t.test('a suspension is written each time while it counts, whatever the watch tells', async (t) => {
  const { clock, written, store, attempted, pass } = keeperUnderTest();
  const suspension = record('2026-01-01T00:00:30Z');
  attempted({ failure: { reason: 'AuthenticationFailed', stage: 'auth', code: 535 }, suspension });
  await settled();
  store.provider = withStatus({ lastHealthCheck: '2025-12-31T23:59:00Z' });
  attempted();
  await pass(5_000);
  store.provider = withStatus({
    lastSendAttempt: '2026-01-01T00:00:00Z',
    authSuspension: suspension,
  });
  attempted();
  await pass(5_000);
  t.strictSame(
    written.map(({ authSuspension }) => authSuspension),
    [suspension, suspension, suspension],
  );
  clock.advance(30_000);
  attempted();
  await pass(5_000);
  t.notOk(written.at(-1)?.authSuspension, 'its time is over');
});

t.test('a suspension is no longer written once somebody else wrote another, or none', async (t) => {
  for (const authSuspension of [
    record('2026-01-01T00:59:30Z', { secretVersion: '2' }),
    undefined,
  ]) {
    const { written, store, attempted, pass } = keeperUnderTest();
    attempted({ failure: REFUSED, suspension: record('2026-01-01T00:59:00Z') });
    await settled();
    const lastSendAttempt = '2026-01-01T00:00:00Z';
    store.provider = withStatus({ lastSendAttempt, ...(authSuspension && { authSuspension }) });
    attempted();
    await pass(5_000);
    t.notOk(written.at(-1)?.authSuspension);
  }
});

t.test('a suspension is no longer written once a health check has succeeded since', async (t) => {
  const { written, store, attempted, pass } = keeperUnderTest();
  const suspension = record('2026-01-01T00:59:00Z');
  attempted({ failure: REFUSED, suspension });
  await settled();
  store.provider = withStatus({
    authSuspension: suspension,
    lastHealthCheck: '2026-01-01T00:00:01Z',
  });
  attempted();
  await pass(5_000);
  t.notOk(written.at(-1)?.authSuspension);
});

t.test('a suspension is no longer written once the Secret has changed', async (t) => {
  const { clock, written, secretStored, attempted, pass } = keeperUnderTest();
  const suspension = record(new Date(clock.now().getTime() + 3_600_000).toISOString());
  attempted({ failure: REFUSED, suspension });
  await settled();
  secretStored('another');
  attempted({ failure: REFUSED });
  await pass(4_000);
  secretStored('smtp-secret');
  attempted({ failure: REFUSED });
  await pass(4_000);
  t.same(
    written.map(({ authSuspension }) => authSuspension),
    [suspension, suspension, undefined],
  );
});

t.test('the suspension that stands there after a restart is kept', async (t) => {
  const { written, store, attempted } = keeperUnderTest();
  const authSuspension = record('2026-01-01T00:59:00Z');
  store.provider = withStatus({ authSuspension });
  attempted();
  await settled();
  t.strictSame(written[0]?.authSuspension, authSuspension);
});

t.test(
  'a suspension of a login that is no longer that of the provider is not written',
  async (t) => {
    const { written, store, attempted, pass } = keeperUnderTest();
    store.failing = true;
    attempted({ failure: REFUSED, suspension: record('2026-01-01T00:59:00Z') });
    await settled();
    const spec = specWithCredentials();
    spec.smtp['host'] = 'other.example.com';
    const authSuspension = record('2026-01-01T00:59:30Z', { target: 'other.example.com:587' });
    store.provider = providerObject('p', { spec, status: { authSuspension } });
    store.failing = false;
    await pass(5_000);
    t.match(written, [{ lastSendAttempt: Date }]);
    t.notOk(written[0]?.authSuspension, 'that of the health check stands');
  },
);

t.test(
  'what is known of a provider goes with it, and is not told of one that follows it',
  async (t) => {
    const { written, clock, stored, attempted, pass } = keeperUnderTest();
    const suspension = record('2026-01-01T00:59:00Z');
    attempted({ failure: REFUSED, suspension });
    await settled();
    attempted({ failure: REFUSED });
    stored(undefined);
    t.strictSame(clock.pending, []);
    const authSuspension = record('2026-01-01T00:59:30Z', { secretVersion: '2' });
    stored(withStatus({ authSuspension }));
    await pass(5_000);
    t.equal(written.length, 1);
    attempted();
    await settled();
    t.strictSame(written.at(-1)?.authSuspension, authSuspension);
  },
);

t.test('a provider that is gone is not written to', async (t) => {
  const { written, store, attempted, clock } = keeperUnderTest();
  store.provider = undefined;
  attempted({ failure: { reason: 'ProviderNotFound' } });
  await settled();
  t.strictSame(written, []);
  t.strictSame(clock.pending, []);
});
