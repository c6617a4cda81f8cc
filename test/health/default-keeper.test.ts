import { DefaultKeeper } from '@mailprovider/health/default/default-keeper';
import { createLogger } from '@mailprovider/process';
import { conditionOf } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import t, { type Test } from 'tap';
import { ManualClock } from './manual-clock.ts';
import { providerObject } from './provider-object.ts';

const isDefault = { spec: { default: true } };
const NAMES = ['a', 'b', 'c'];

/** A keeper whose store and watch belong to the test. */
function keeperFor(t: Test, { echo = true } = {}) {
  const clock = new ManualClock();
  const store = new Map<string, MailProvider>();
  const writes: string[] = [];
  const faults: Error[] = [];
  const keeper = new DefaultKeeper({
    clock,
    logger: createLogger('test', 'silent'),
    writer: {
      async write({ metadata: { name } }, condition) {
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        writes.push(
          `${name} ${condition?.reason ?? 'none'} ${condition?.lastTransitionTime ?? ''}`,
        );
        const stored = store.get(name);
        if (stored === undefined) return;
        put(
          { ...stored, status: { conditions: condition === undefined ? [] : [condition] } },
          echo,
        );
      },
    },
  });
  const put = (provider: MailProvider, tell = true) => {
    store.set(provider.metadata.name, provider);
    if (tell) keeper.stored(provider);
  };
  /** A few keys of the queue begin in a turn of the event loop. */
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  t.teardown(() => keeper.close());
  const reasons = () =>
    NAMES.map((name) => conditionOf(store.get(name)?.status?.conditions, 'Default')?.reason);
  return { keeper, clock, store, writes, faults, put, settle, reasons };
}

t.test('writes nothing while the claim is unknown', async (t) => {
  const { keeper, writes, put, settle, reasons } = keeperFor(t);
  for (const name of NAMES) put(providerObject(name, isDefault));
  await settle();
  t.strictSame(writes, []);
  keeper.claimed('b');
  await settle();
  t.strictSame(reasons(), ['DefaultConflict', 'Elected', 'DefaultConflict']);
});

t.test('100 events and 100 lists that change nothing cause no write', async (t) => {
  const { keeper, clock, store, writes, put, settle } = keeperFor(t);
  keeper.claimed(undefined);
  for (const name of NAMES) put(providerObject(name, isDefault));
  await settle();
  t.equal(writes.length, 3);
  for (let round = 0; round < 100; round += 1) {
    clock.advance(1_000);
    for (const provider of [...store.values()]) put(provider);
    keeper.replaced([...store.values()]);
    keeper.claimed(round % 2 === 0 ? 'gone' : undefined);
    await settle();
  }
  t.equal(writes.length, 3);
});

t.test('all concerned follow a change of one', async (t) => {
  const { keeper, store, put, settle, reasons } = keeperFor(t);
  keeper.claimed(undefined);
  const change = async (name: string, spec: object) => {
    const status = store.get(name)?.status;
    put(providerObject(name, { spec, status }));
    await settle();
    return reasons();
  };
  for (const name of NAMES) await change(name, { default: true });
  t.strictSame(reasons(), ['Elected', 'DefaultConflict', 'DefaultConflict']);
  t.strictSame(await change('a', { default: true, disabled: true }), [
    'Disabled',
    'Elected',
    'DefaultConflict',
  ]);
  t.strictSame(await change('b', { default: false }), ['Disabled', undefined, 'Elected']);
  keeper.deleted(providerObject('c'));
  store.delete('c');
  t.strictSame(await change('b', { default: true }), ['Disabled', 'Elected', undefined]);
});

t.test('an event from before a write does not move the time of the condition', async (t) => {
  const { keeper, clock, writes, put, settle } = keeperFor(t, { echo: false });
  const provider = providerObject('a', isDefault);
  keeper.claimed(undefined);
  put(provider);
  await settle();
  clock.advance(5_000);
  keeper.stored(provider);
  await settle();
  t.strictSame(writes, Array(2).fill('a Elected 2026-01-01T00:00:00Z'));
});

t.test('what somebody else wrote over it is corrected at once', async (t) => {
  const { keeper, store, put, settle, reasons, writes } = keeperFor(t);
  keeper.claimed(undefined);
  put(providerObject('a', isDefault));
  await settle();
  const written = store.get('a')?.status?.conditions ?? [];
  const conditions = written.map((condition) => ({ ...condition, reason: 'DefaultConflict' }));
  put(providerObject('a', { ...isDefault, status: { conditions } }));
  await settle();
  t.equal(reasons()[0], 'Elected');
  t.equal(writes.length, 2);
});

t.test('an object made anew starts anew', async (t) => {
  const { keeper, clock, writes, put, settle } = keeperFor(t);
  keeper.claimed(undefined);
  put(providerObject('a', { ...isDefault, uid: '1' }));
  await settle();
  clock.advance(5_000);
  put(providerObject('a', { ...isDefault, uid: '2' }));
  await settle();
  t.equal(writes.at(-1), 'a Elected 2026-01-01T00:00:05Z');
});

t.test('a write that fails is tried again', async (t) => {
  const { keeper, clock, faults, writes, put, settle } = keeperFor(t);
  keeper.claimed(undefined);
  faults.push(new Error('500'));
  put(providerObject('a', isDefault));
  await settle();
  t.strictSame(writes, []);
  clock.advance(2_000);
  await settle();
  t.equal(writes.length, 1);
});
