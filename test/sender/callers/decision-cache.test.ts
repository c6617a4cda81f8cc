import { type Decision, DecisionCache } from '@mailprovider/sender/callers/decision-cache';
import t from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';

function cacheUnderTest(size = 10) {
  const clock = new ManualClock();
  const cache = new DecisionCache<string>(clock, size);
  const asked: string[] = [];
  const get = (key: string, change: Partial<Decision<string>> = {}) =>
    cache.get(key, async () => {
      asked.push(key);
      return { value: `of ${key}`, granted: true, keepMs: 1_000, ...change };
    });
  return { clock, cache, asked, get };
}

t.test('a decision is answered again for its time, counted from the question', async (t) => {
  const { clock, cache, asked, get } = cacheUnderTest();
  t.equal(await get('a'), 'of a');
  clock.advance(999);
  t.equal(await get('a'), 'of a');
  t.strictSame(asked, ['a']);
  clock.advance(1);
  await get('a');
  t.strictSame(asked, ['a', 'a']);

  await cache.get('slow', async () => {
    clock.advance(600);
    return { value: 'x', granted: true, keepMs: 1_000 };
  });
  clock.advance(400);
  t.equal(cache.known('slow'), undefined);
});

t.test('what is not to be kept is decided each time', async (t) => {
  const { asked, get } = cacheUnderTest();
  for (const keepMs of [0, -1]) await get('a', { keepMs });
  await get('a');
  t.strictSame(asked, ['a', 'a', 'a']);
});

t.test('who asks while a decision is made waits for it', async (t) => {
  const { cache, asked, get } = cacheUnderTest();
  const answers = Promise.all([get('a'), get('a'), get('b'), get('a')]);
  t.equal(cache.underWay, 2);
  t.strictSame(await answers, ['of a', 'of a', 'of b', 'of a']);
  t.strictSame(asked, ['a', 'b']);
  t.equal(cache.underWay, 0);
});

t.test('a failure is told to all who wait, and is not kept', async (t) => {
  const { cache, get } = cacheUnderTest();
  const fail = () => cache.get('a', () => Promise.reject(new Error('no answer')));
  await Promise.all([t.rejects(fail()), t.rejects(fail())]);
  t.equal(await get('a'), 'of a');
});

t.test('the oldest make room, and denials never displace grants', async (t) => {
  const { cache, get } = cacheUnderTest(3);
  for (const key of ['a', 'b', 'c']) await get(key);
  for (let index = 0; index < 100; index += 1) await get(`denied ${index}`, { granted: false });
  t.equal(cache.known('a'), 'of a');
  t.equal(cache.known('denied 96'), undefined);
  t.equal(cache.known('denied 97'), 'of denied 97');
  await get('d');
  t.equal(cache.known('a'), undefined);
  t.equal(cache.known('b'), 'of b');
});
