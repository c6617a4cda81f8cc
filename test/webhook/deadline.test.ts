import process from 'node:process';
import { allowed } from '@mailprovider/webhook/admission/verdict';
import { answerWithinMs } from '@mailprovider/webhook/answer-deadline';
import t from 'tap';
import { objectOf, reviewOf, UID } from './review.ts';
import { startServer } from './webhook-server.ts';

const MIB = 1024 * 1024;

t.test('an answer comes a tenth or 500 ms before the API server gives up', async (t) => {
  const cases: [string, number][] = [
    ['timeout=1s', 900],
    ['timeout=5s', 4_500],
    ['timeout=30s', 29_500],
    ['a=b&timeout=2s&c', 1_800],
    ['', 9_500],
    ['timeout=x', 9_500],
    ['timeout=0s', 9_500],
    ['timeout=1h', 29_500],
    ['mytimeout=1s', 9_500],
  ];
  for (const [query, milliseconds] of cases) t.equal(answerWithinMs(query), milliseconds, query);
});

t.test('a verdict that does not come is a denial before the time is over', async (t) => {
  let reason: unknown;
  const { ask, registry } = await startServer(t, {
    validate:
      () =>
      ({ signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
          });
        }),
  });
  const begin = performance.now();
  t.strictSame(await ask('/validate?timeout=300ms', reviewOf()), {
    uid: UID,
    allowed: false,
    status: { code: 403, message: 'the webhook could not decide in time; try again' },
    auditAnnotations: { verdict: 'denied' },
  });
  t.ok(performance.now() - begin < 5_000);
  t.match(reason, { name: 'TimeoutError' });
  t.match(await registry.metrics(), /operation="CREATE",verdict="error"\} 1\n/);
});

t.test('a signal that is asked for too late has aborted already', async (t) => {
  let late = () => {};
  const { ask } = await startServer(t, {
    validate: () => (deadline) =>
      new Promise((resolve) => {
        late = () => {
          t.ok(deadline.signal.aborted);
          resolve(allowed());
        };
      }),
  });
  t.match(await ask('/validate?timeout=100ms', reviewOf()), { allowed: false });
  late();
});

t.test('an error after the time is over disturbs nobody', async (t) => {
  const { ask, failures } = await startServer(t, {
    validate:
      () =>
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
  });
  t.match(await ask('/validate?timeout=100ms', reviewOf()), { status: { code: 403 } });
  t.strictSame(failures, []);
});

t.test(
  'reviews beyond those that may wait are denied at once, with the time to wait',
  async (t) => {
    const waiting: (() => void)[] = [];
    const { ask, registry } = await startServer(t, {
      maxConcurrentReviews: 2,
      validate: () => () => new Promise((resolve) => waiting.push(() => resolve(allowed()))),
    });
    const first = [ask('/validate', reviewOf()), ask('/validate', reviewOf())];
    while (waiting.length < 2) await ask('/mutate', reviewOf());
    t.strictSame(await ask('/validate', reviewOf()), {
      uid: UID,
      allowed: false,
      status: {
        code: 429,
        message: 'the webhook is overloaded; try again',
        details: { retryAfterSeconds: 1 },
      },
      auditAnnotations: { verdict: 'overloaded' },
    });
    t.match(
      await ask('/validate', reviewOf({ subResource: 'status' })),
      { allowed: true },
      'what is not judged needs no place',
    );
    for (const finish of waiting) finish();
    for (const answer of await Promise.all(first)) t.match(answer, { allowed: true });
    const next = ask('/validate', reviewOf());
    while (waiting.length < 3) await ask('/mutate', reviewOf());
    waiting[2]?.();
    t.match(await next, { allowed: true }, 'and the places are free again');
    t.match(await registry.metrics(), /admission_in_flight 0\n/);
  },
);

t.test('1,000 reviews at once are all answered, in bounded time and memory', async (t) => {
  const { ask } = await startServer(t);
  const object = objectOf({ ...reviewOf().request.object, padding: 'x'.repeat(20_000) });
  const before = process.memoryUsage.rss();
  const durations = await Promise.all(
    Array.from({ length: 1_000 }, async (_, index) => {
      const begin = performance.now();
      const { uid } = await ask('/validate?timeout=30s', reviewOf({ uid: `${index}`, object }));
      t.equal(uid, `${index}`);
      return performance.now() - begin;
    }),
  );
  const p99 = durations.toSorted((a, b) => a - b)[990] ?? Number.POSITIVE_INFINITY;
  // A thousand TLS handshakes of both ends in one process are nearly all of either figure.
  t.ok(p99 < 20_000, `p99 ${p99} ms`);
  t.ok(process.memoryUsage.rss() - before < 400 * MIB);
});
