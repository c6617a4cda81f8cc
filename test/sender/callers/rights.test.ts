import { mayUseAll } from '@mailprovider/sender/callers/may-use-all';
import t from 'tap';
import { type Review, reviewsUnderTest, user } from './api-reviews.ts';

const SECOND = 1_000;
const allowed = { allowed: true };
const denied = { allowed: false };

const isTokenReview = ({ kind }: Review) => kind === 'TokenReview';

t.test('asks for each right in the name of the caller', async (t) => {
  const { asked, callerWith } = await reviewsUnderTest(t, (review) =>
    isTokenReview(review) ? user('a') : allowed,
  );
  const caller = await callerWith('token');
  t.equal(await caller.mayUse('relay'), 'allowed');
  t.equal(await caller.mayHandleAll('list'), 'allowed');
  t.equal(await caller.mayHandleAll('update'), 'allowed');
  const group = 'breakglass.t-caas.telekom.com';
  const mails = { group, resource: 'mailproviders', subresource: 'mails' };
  const subject = { user: 'a', uid: 'uid of a', groups: ['system:authenticated'], extra: {} };
  t.strictSame(
    asked.slice(1).map(({ spec }) => spec),
    [
      { ...subject, resourceAttributes: { ...mails, verb: 'create', name: 'relay' } },
      { ...subject, resourceAttributes: { ...mails, verb: 'list' } },
      { ...subject, resourceAttributes: { ...mails, verb: 'update' } },
    ],
  );
});

t.test('a right counts 10 s, the lack of one 5 s', async (t) => {
  let answer = allowed;
  const { callerWith, clock } = await reviewsUnderTest(t, (review) =>
    isTokenReview(review) ? user('a') : answer,
  );
  const caller = await callerWith('token');
  t.equal(await caller.mayUse('relay'), 'allowed');
  answer = denied;
  clock.advance(10 * SECOND - 1);
  t.equal(await caller.mayUse('relay'), 'allowed');
  t.equal(await caller.mayUse('other'), 'denied');
  clock.advance(1);
  t.equal(await caller.mayUse('relay'), 'denied');
  answer = allowed;
  clock.advance(5 * SECOND - 1);
  t.equal(await caller.mayUse('relay'), 'denied');
  clock.advance(1);
  t.equal(await caller.mayUse('relay'), 'allowed');
});

t.test('every provider of a mail has to be allowed', async (t) => {
  const answers: Readonly<Record<string, object | number>> = { a: allowed, b: allowed, x: denied };
  const { callerWith, logged } = await reviewsUnderTest(t, (review) =>
    isTokenReview(review)
      ? user('a')
      : (answers[review.spec.resourceAttributes['name'] ?? ''] ?? 500),
  );
  const caller = await callerWith('token');
  t.strictSame(await mayUseAll(caller, ['a', 'b']), { kind: 'allowed' });
  t.strictSame(await mayUseAll(caller, ['a', 'x', 'b']), { kind: 'denied', provider: 'x' });
  t.match(await mayUseAll(caller, ['a', 'gone']), { kind: 'unknown', why: /API server/ });
  t.strictSame(await mayUseAll(caller, ['gone', 'x']), { kind: 'denied', provider: 'x' });
  t.equal(logged.length, 1, 'told once while it is not asked again');
});
