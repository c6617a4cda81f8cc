import { EventRecorder } from '@mailprovider/health/events/event-recorder';
import type { HealthEvent } from '@mailprovider/health/events/status-events';
import { createLogger } from '@mailprovider/process';
import t from 'tap';
import { ManualClock } from './manual-clock.ts';
import { providerObject } from './provider-object.ts';

const EVENT: HealthEvent = {
  type: 'Warning',
  action: 'HealthCheck',
  reason: 'Timeout',
  message: 'no answer',
};

function recorder(create: () => Promise<void> = async () => {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  const logger = createLogger('test', 'silent');
  const sink = {
    create(provider: { metadata: { name: string } }) {
      told.push(provider.metadata.name);
      return create();
    },
  };
  return { clock, told, events: new EventRecorder({ sink, clock, logger }) };
}

/** What is stored without waiting for anything is stored by then. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

t.test(
  'a provider that changes all the time is told of 25 times, then every 5 minutes',
  async (t) => {
    const { clock, told, events } = recorder();
    const [flapping, other] = [providerObject('flapping'), providerObject('other')];
    for (let i = 0; i < 100; i += 1) events.record(flapping, EVENT);
    await settle();
    t.equal(told.length, 25);
    events.record(other, EVENT);
    await settle();
    t.equal(told.length, 26, 'others are told of');
    for (let minute = 0; minute < 60; minute += 1) {
      clock.advance(60_000);
      events.record(flapping, EVENT);
    }
    await settle();
    t.equal(told.length, 26 + 12);
    clock.advance(24 * 3_600_000);
    for (let i = 0; i < 100; i += 1) events.record(flapping, EVENT);
    await settle();
    t.equal(told.length, 26 + 12 + 25, 'quiet for a day, it has 25 again');
  },
);

t.test('an event that cannot be stored harms nothing', async (t) => {
  const { told, events } = recorder(() => Promise.reject(new Error('forbidden')));
  events.record(providerObject('a'), EVENT);
  events.record(providerObject('b'), EVENT);
  await settle();
  await events.close();
  t.strictSame(told, ['a', 'b']);
});

t.test('one is stored at a time, 1000 wait at most, and the end waits for that one', async (t) => {
  let stored = () => {};
  const { told, events } = recorder(
    () =>
      new Promise((resolve) => {
        stored = resolve;
      }),
  );
  for (let i = 0; i < 2_000; i += 1) events.record(providerObject(`p-${i}`), EVENT);
  await settle();
  t.strictSame(told, ['p-0']);
  stored();
  await settle();
  t.strictSame(told, ['p-0', 'p-1']);
  let closed = false;
  const closing = events.close().then(() => {
    closed = true;
  });
  await settle();
  t.notOk(closed);
  stored();
  await closing;
  t.strictSame(told, ['p-0', 'p-1'], 'what waited is left out');
});

t.test('a wall clock that is set back takes off no limit', async (t) => {
  const { clock, told, events } = recorder();
  for (let i = 0; i < 30; i += 1) events.record(providerObject('a'), EVENT);
  clock.setWallClock(clock.now().getTime() - 24 * 3_600_000);
  for (let i = 0; i < 30; i += 1) events.record(providerObject('a'), EVENT);
  await settle();
  t.equal(told.length, 25);
});
