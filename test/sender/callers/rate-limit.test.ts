import { parseRateLimit } from '@mailprovider/sender/callers/parse-rate-limit';
import { CallerRateLimit } from '@mailprovider/sender/callers/rate-limit';
import t from 'tap';
import { seededRandom } from '../../faults/seeded-random.ts';
import { ManualClock } from '../../health/manual-clock.ts';

const PERIOD = 1_000;

/** What a limit of 5 has to answer, by looking at all that was taken. */
class RememberingLimit {
  readonly #taken = new Map<string, number[]>();

  expect(caller: string, now: number): object {
    const [oldest = 0, ...others] = this.#within(caller, now);
    return others.length < 4
      ? { kind: 'taken' }
      : { kind: 'refused', waitMs: oldest + PERIOD - now };
  }

  take(caller: string, now: number): void {
    this.#taken.set(caller, [...this.#within(caller, now), now]);
  }

  #within(caller: string, now: number): number[] {
    return (this.#taken.get(caller) ?? []).filter((time) => time > now - PERIOD);
  }
}

t.test('no period has more than the limit, and none less than it could have', async (t) => {
  const clock = new ManualClock();
  const limit = new CallerRateLimit({ messages: 5, periodMs: PERIOD }, clock);
  const model = new RememberingLimit();
  const random = seededRandom(1);
  const kinds = { taken: 0, refused: 0 };
  for (let step = 0; step < 5_000; step += 1) {
    clock.advance(random() < 0.25 ? Math.floor(random() * 300) : 0);
    const now = clock.monotonicMs();
    const caller = `caller ${Math.floor(random() * 3)}`;
    const expected = model.expect(caller, now);
    const taking = limit.take(caller);
    t.match(taking, expected, `step ${step}`);
    kinds[taking.kind] += 1;
    if (taking.kind === 'refused') continue;
    if (random() < 0.3) taking.giveBack();
    else model.take(caller, now);
  }
  t.ok(kinds.taken > 1_000 && kinds.refused > 500, JSON.stringify(kinds));
});

t.test('a caller may go on when the wait that it was told is over', async (t) => {
  const clock = new ManualClock();
  const limit = new CallerRateLimit({ messages: 1, periodMs: PERIOD }, clock);
  t.equal(limit.waitMs('a'), 0);
  limit.take('a');
  clock.advance(400);
  t.equal(limit.waitMs('a'), 600);
  t.equal(limit.waitMs('b'), 0, 'others do not wait');
  clock.advance(600);
  t.equal(limit.waitMs('a'), 0);
  t.equal(limit.take('a').kind, 'taken');
});

t.test('what is given back twice, or late, changes nothing', async (t) => {
  const clock = new ManualClock();
  const limit = new CallerRateLimit({ messages: 1, periodMs: PERIOD }, clock);
  const first = limit.take('a');
  if (first.kind === 'taken') first.giveBack();
  t.equal(limit.remembered, 0);
  clock.advance(1);
  limit.take('a');
  if (first.kind === 'taken') first.giveBack();
  t.equal(limit.remembered, 1);
  t.equal(limit.take('a').kind, 'refused');
});

t.test('callers that are silent for the period are forgotten', async (t) => {
  const clock = new ManualClock();
  const limit = new CallerRateLimit({ messages: 10, periodMs: PERIOD }, clock);
  for (let caller = 0; caller < 1_000; caller += 1) limit.take(`caller ${caller}`);
  t.equal(limit.remembered, 1_000);
  clock.advance(PERIOD);
  limit.take('another');
  t.equal(limit.remembered, 1);
});

t.test('what is remembered is bounded; those silent longest begin anew', async (t) => {
  const clock = new ManualClock();
  const limit = new CallerRateLimit({ messages: 2, periodMs: PERIOD }, clock, 100);
  for (let caller = 0; caller < 10_000; caller += 1) {
    limit.take(`caller ${caller}`);
    limit.take(`caller ${caller}`);
    if (limit.remembered > 101) t.fail(`${limit.remembered} times`);
  }
  t.equal(limit.take('caller 9999').kind, 'refused');
  t.equal(limit.take('caller 9960').kind, 'refused');
  t.equal(limit.take('caller 9000').kind, 'taken');
});

t.test('a limit is read as mails in a duration', async (t) => {
  t.strictSame(parseRateLimit('100/1m'), { messages: 100, periodMs: 60_000 });
  t.strictSame(parseRateLimit('1/1.5s'), { messages: 1, periodMs: 1_500 });
  const wrong = ['', '100', '/1m', '0/1m', '-1/1m', '1.5/1m', '1e3/1m', '100001/1m', '5/0', '5/x'];
  for (const text of [...wrong, '5/', '5/1m/1m', '5/1d']) {
    t.throws(() => parseRateLimit(text), { message: /such as 100\/1m/ }, text);
  }
});
