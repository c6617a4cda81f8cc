import { CallerLimit } from '@mailprovider/sender/callers/caller-limit';
import { CallerRateLimit } from '@mailprovider/sender/callers/rate-limit';
import t from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { byName, DeclaredCaller } from './callers.ts';
import { apiUnderTest, mail } from './in-memory-sender.ts';

const MAIL = { to: 'user@example.com', subject: 'x' };

function limitedApi(known = true) {
  const clock = new ManualClock();
  const refusals: string[] = [];
  const limit = new CallerRateLimit({ messages: 2, periodMs: 10_000 }, clock);
  const callerLimit = new CallerLimit(limit, { refused: (refusal) => refusals.push(refusal) });
  const callers = [new DeclaredCaller('a'), new DeclaredCaller('b')];
  const tested = apiUnderTest({ callerLimit, ...(known && { authenticate: byName(callers) }) });
  const post = (caller: string, payload: object | string = MAIL) =>
    tested.app.inject({
      method: 'POST',
      url: '/v1/mails',
      payload,
      headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
    });
  return { ...tested, clock, post, refusals };
}

t.test('a caller that submitted as many as it may is told when to go on', async (t) => {
  const { clock, post, refusals, sender } = limitedApi();
  t.equal((await post('a')).statusCode, 202);
  clock.advance(2_500);
  t.equal((await post('a')).statusCode, 202);
  const answer = await post('a');
  t.equal(answer.statusCode, 429);
  t.equal(answer.headers['retry-after'], '8', '7.5 s');
  t.match(answer.json(), { reason: 'CallerRateLimited', detail: /^2 mails in 10 s/ });
  t.strictSame(refusals, ['CallerRateLimited']);
  t.equal(sender.calls.length, 2);
  t.equal((await post('b')).statusCode, 202, 'others go on');
  clock.advance(7_500);
  t.equal((await post('a')).statusCode, 202);
  t.equal((await post('a')).statusCode, 429);
});

t.test('what became no new mail does not count', async (t) => {
  const { post, sender } = limitedApi();
  for (const payload of [{}, '{', { to: 'x' }]) t.equal((await post('a', payload)).statusCode, 400);
  sender.submitted = { kind: 'refused', refusal: 'QueueFull', message: 'full' };
  for (let call = 0; call < 3; call += 1)
    t.match((await post('a')).json(), { reason: 'QueueFull' });
  sender.submitted = { kind: 'accepted', mail, repeated: true };
  for (let call = 0; call < 3; call += 1) t.equal((await post('a')).statusCode, 202);
  sender.submitted = undefined;
  const statuses = [await post('a'), await post('a'), await post('a')];
  t.strictSame(
    statuses.map(({ statusCode }) => statusCode),
    [202, 202, 429],
  );
});

t.test('mails at once are not more', async (t) => {
  const { post } = limitedApi();
  const answers = await Promise.all(Array.from({ length: 10 }, () => post('a')));
  t.equal(answers.filter(({ statusCode }) => statusCode === 202).length, 2);
});

t.test('reading is not limited', async (t) => {
  const { app, post } = limitedApi();
  for (let call = 0; call < 3; call += 1) await post('a');
  const headers = { authorization: 'Bearer a' };
  const answer = await app.inject({ url: '/v1/mails?state=dead', headers });
  t.equal(answer.statusCode, 200);
});

t.test('where callers are not told apart, all of them are one', async (t) => {
  const { post } = limitedApi(false);
  t.strictSame(
    [await post('a'), await post('b'), await post('c')].map(({ statusCode }) => statusCode),
    [202, 202, 429],
  );
});
