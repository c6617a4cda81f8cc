import { RateWindow } from '@mailprovider/sender/queue/rate-window';
import { ServerAccess } from '@mailprovider/sender/queue/server-access';
import t from 'tap';
import { localSpec } from './local-spec.ts';
import { receivingServer } from './receiving-server.ts';
import { senderUnderTest } from './sender-under-test.ts';

/** The most of these moments that lie within one period. */
function mostWithin(periodMs: number, moments: readonly number[]): number {
  const counts = moments.map(
    (from) => moments.filter((at) => at >= from && at < from + periodMs).length,
  );
  return Math.max(...counts);
}

t.test(
  'in no period of that length more begins or is under way than the rate allows',
  async (t) => {
    const rate = { messages: 3, periodMs: 100 };
    const window = new RateWindow();
    const offered: number[] = [];
    const underWay: number[] = [];
    for (let now = 0; now < 2_000; now += 1) {
      while (window.room(rate, now) > 0) {
        window.begin();
        offered.push(now);
        underWay.push(now + ((now * 7) % 40));
      }
      for (const end of underWay.filter((at) => at === now)) {
        underWay.splice(underWay.indexOf(end), 1);
        window.end(now, rate);
      }
    }
    t.ok(offered.length > 40, `${offered.length} in 20 periods`);
    t.ok(mostWithin(100, offered) <= 3);
  },
);

t.test(
  'there is room again when the rate says so, and what was not offered costs none',
  async (t) => {
    const rate = { messages: 2, periodMs: 1_000 };
    const window = new RateWindow();
    window.begin();
    window.begin();
    t.equal(window.room(rate, 5), 0);
    t.equal(window.opensAt(rate), Number.POSITIVE_INFINITY, 'only an end makes room');
    window.end(10, rate);
    t.equal(window.opensAt(rate), 1_010);
    window.end(20, undefined);
    t.equal(window.room(rate, 20), 1);
    t.equal(window.room(rate, 1_010), 2);
  },
);

t.test('a provider is offered no more than its rate, and the rest waits', async (t) => {
  const server = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  const rateLimit = { messages: 10, periodSeconds: 1 };
  const moments: number[] = [];
  server.answer = (line) => {
    if (line.startsWith('MAIL')) moments.push(performance.now());
    return undefined;
  };
  declared.provider('first', localSpec(server.port, { rateLimit }));
  await Promise.all(Array.from({ length: 35 }, () => accept()));
  await recorder.hasEnds(35);
  t.equal(server.received.length, 35);
  t.ok(mostWithin(1_000, moments) <= 10, `${mostWithin(1_000, moments)} within a second`);
  t.ok((moments.at(-1) ?? 0) - (moments[0] ?? 0) < 4_500, 'it is used up, too');
});

t.test('replicas share the rate and the connections of a provider', async (t) => {
  const server = await receivingServer(t);
  const settings = { replicas: 5 };
  const { declared, recorder, accept } = await senderUnderTest(t, { settings });
  const rateLimit = { messages: 10, periodSeconds: 1 };
  const moments: number[] = [];
  server.answer = (line) => {
    if (line.startsWith('MAIL')) moments.push(performance.now());
    return undefined;
  };
  const smtp = { maxConnections: 11 };
  declared.provider('first', localSpec(server.port, { rateLimit, smtp }));
  await Promise.all(Array.from({ length: 5 }, () => accept()));
  await recorder.hasEnds(5);
  t.ok(mostWithin(1_000, moments) <= 2);
  t.ok(server.seen.connections <= 2, `${server.seen.connections} of 10 connections`);
});

t.test('what a rate does not allow goes to a fallback that can take it', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t);
  const fields = { fallbacks: ['fallback'], rateLimit: { messages: 5, periodSeconds: 60 } };
  declared.provider('primary', localSpec(primary.port, fields));
  const rateLimit = { messages: 10, periodSeconds: 60 };
  declared.provider('fallback', localSpec(fallback.port, { default: false, rateLimit }));
  await Promise.all(Array.from({ length: 20 }, () => accept()));
  await recorder.hasEnds(15);
  t.equal(primary.received.length, 5);
  t.equal(fallback.received.length, 10);
  t.ok(recorder.reroutings.length <= 10, `${recorder.reroutings.length} moves`);
});

t.test('a server that throttles is spared, and its breaker opens where it goes on', async (t) => {
  const primary = await receivingServer(t);
  const fallback = await receivingServer(t);
  for (const reply of [
    '450 4.7.1 slow down',
    '451 4.7.500 busy',
    '454 4.7.0 later',
    '421 4.7.0 bye',
  ]) {
    const { declared, recorder, accept, close } = await senderUnderTest(t, { folder: t.testdir() });
    const retry = { count: 2, initialBackoffMs: 10 };
    declared.provider('primary', localSpec(primary.port, { retry, fallbacks: ['fallback'] }));
    declared.provider('fallback', localSpec(fallback.port, { default: false }));
    let tried = 0;
    primary.answer = (line) => {
      if (!line.startsWith('MAIL')) return undefined;
      tried += 1;
      return reply;
    };
    for (let index = 0; index < 10; index += 1) await accept();
    await recorder.hasEnds(10);
    t.ok(tried <= 14, `${reply}: ${tried} times`);
    t.ok(
      recorder.attempts.some(
        ({ failure }) =>
          failure?.reason === (reply.startsWith('421') ? 'ServiceUnavailable' : 'Throttled'),
      ),
    );
    t.equal(recorder.ends.filter(({ provider }) => provider === 'fallback').length, 10);
    await close();
  }
});

t.test('what opens while a queue is looked at is not overlooked', (t) => {
  let now = 0;
  const clock = { now: () => new Date(now), monotonicMs: () => now, schedule: () => () => {} };
  const rate = { messages: 1, periodMs: 1_000 };
  const allowance = { slots: 5, rate, fastRetries: 3, isWell: true };
  const access = new ServerAccess(clock, Math.random, () => allowance);
  access.begin();
  access.end(true);
  now = 999.9;
  const looked = now;
  t.equal(access.capacity(0, looked), 0);
  now = 1_000.1;
  t.equal(access.isSpent, false);
  t.equal(access.nextOpening(looked), 1_000);
  t.equal(access.capacity(0, now), 1);
  t.end();
});
