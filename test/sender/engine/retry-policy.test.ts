import { backoffMs, nextAttemptAt } from '@mailprovider/sender/queue/retry-policy';
import { DEFAULT_SETTINGS } from '@mailprovider/sender/settings';
import fc from 'fast-check';
import t from 'tap';

const FAST = { count: 3, initialBackoffMs: 100 };
const { retry: SLOW } = DEFAULT_SETTINGS;
const OFF = { ...SLOW, slow: false };
const MINUTE = 60_000;

function pausesOf(attempts: readonly number[], retry = SLOW, random = 0.999): readonly unknown[] {
  return attempts.map((tried) =>
    nextAttemptAt({ attempts: tried, queuedAt: 0 }, FAST, retry, { now: 0, random }),
  );
}

t.test('fast retries double from initialBackoffMs, then slow ones from a minute', async (t) => {
  const ceilings = [100, 200, 400, MINUTE, 2 * MINUTE, 4 * MINUTE];
  for (const [index, pause] of pausesOf([1, 2, 3, 4, 5, 6]).entries()) {
    const ceiling = ceilings[index] ?? 0;
    t.ok(Number(pause) > ceiling * 0.99 && Number(pause) <= ceiling, `${pause} of ${ceiling}`);
  }
});

t.test('without slow retries a mail is given up after spec.retry.count retries', async (t) => {
  t.same(pausesOf([1, 2, 3, 4], OFF, 0), [50, 100, 200, undefined]);
});

t.test('greylisting of five minutes is outlived', async (t) => {
  let now = 0;
  let attempts = 0;
  while (now < 5 * MINUTE) {
    attempts += 1;
    const dueAt = nextAttemptAt({ attempts, queuedAt: 0 }, FAST, SLOW, { now, random: 0 });
    t.not(dueAt, undefined, `attempt ${attempts} after ${now} ms is followed by another`);
    now = dueAt ?? Number.POSITIVE_INFINITY;
  }
  t.ok(now < 10 * MINUTE, `the next attempt comes ${now} ms after the first`);
});

t.test('a mail whose next attempt would come after its greatest age is given up', async (t) => {
  const dueAt = (now: number) =>
    nextAttemptAt({ attempts: 20, queuedAt: 0 }, FAST, SLOW, { now, random: 0 });
  t.equal(dueAt(SLOW.maxAgeMs - SLOW.slowMaxMs), SLOW.maxAgeMs - SLOW.slowMaxMs / 2);
  t.equal(dueAt(SLOW.maxAgeMs), undefined);
});

t.test('a pause has at least half of its ceiling, and never more than the greatest', async (t) => {
  const inputs = [
    fc.integer({ min: 10, max: 60_000 }),
    fc.nat(2_000),
    fc.double({ min: 0, max: 0.999, noNaN: true }),
  ] as const;
  fc.assert(
    fc.property(...inputs, (initialMs, step, random) => {
      const pause = backoffMs({ initialMs, maxMs: MINUTE }, step, random);
      const ceiling = Math.min(MINUTE, initialMs * 2 ** step);
      t.ok(pause >= Math.floor(ceiling / 2) && pause <= Math.ceil(ceiling), `${pause}`);
    }),
  );
});
