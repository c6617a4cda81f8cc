import t from 'tap';
import { reviewsUnderTest, user } from './api-reviews.ts';

const NOBODY = { authenticated: false };
const SECOND = 1_000;

/** An unsigned JWT with that end, in seconds since the epoch. */
function jwt(exp: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ exp })}.signature`;
}

t.test('lets in whom the API server knows, by the name that it has for it', async (t) => {
  const { asked, callerWith } = await reviewsUnderTest(t, () => user('system:serviceaccount:a:b'));
  const caller = await callerWith('token');
  t.equal(caller.username, 'system:serviceaccount:a:b');
  t.match(asked, [
    { kind: 'TokenReview', spec: { token: 'token', audiences: ['mailprovider-sender'] } },
  ]);
});

t.test('does not let in whose token is unknown, for another audience, or of nobody', async (t) => {
  const answers = [
    NOBODY,
    {},
    { ...user('a'), audiences: ['another'] },
    { ...user('a'), audiences: undefined },
    { ...user('a'), user: undefined },
    { ...user('a'), user: { username: '' } },
    { ...user('a'), authenticated: false },
  ];
  for (const answer of answers) {
    const { bearer } = await reviewsUnderTest(t, () => answer);
    t.match(await bearer('token'), { kind: 'unauthenticated', message: /mailprovider-sender/ });
  }
});

t.test('asks nobody about what can be no token', async (t) => {
  const { asked, authenticate } = await reviewsUnderTest(t, () => user('a'));
  for (const authorization of ['', 'Bearer', 'Basic abc', 'Bearer a"b', 'Bearer a b', 'Bearer ü']) {
    t.match(await authenticate({ authorization }), { kind: 'unauthenticated' }, authorization);
  }
  t.match(await authenticate({}), { kind: 'unauthenticated', message: /Authorization: Bearer/ });
  t.strictSame(asked, []);
});

t.test('what many tokens fail for is logged once a second', async (t) => {
  const { bearer, clock, logged } = await reviewsUnderTest(t, () => 500);
  const failAll = () =>
    Promise.all(Array.from({ length: 50 }, (_, index) => bearer(`token-${index}`)));
  await failAll();
  t.equal(logged.length, 1);
  clock.advance(SECOND);
  await failAll();
  t.equal(logged.length, 2);
});

t.test('asks again after 10 s about whom it knows, after 3 s about whom not', async (t) => {
  let status: object = user('a');
  const { asked, bearer, clock } = await reviewsUnderTest(t, () => status);
  t.match(await bearer('token'), { kind: 'authenticated' });
  status = NOBODY;
  clock.advance(10 * SECOND - 1);
  t.match(await bearer('token'), { kind: 'authenticated' });
  t.equal(asked.length, 1);
  clock.advance(1);
  t.match(await bearer('token'), { kind: 'unauthenticated' }, 'revoked');
  status = user('a');
  clock.advance(3 * SECOND - 1);
  t.match(await bearer('token'), { kind: 'unauthenticated' });
  t.equal(asked.length, 2);
  clock.advance(1);
  t.match(await bearer('token'), { kind: 'authenticated' });
});

t.test('a token counts no longer than it says itself', async (t) => {
  const { asked, bearer, clock } = await reviewsUnderTest(t, ({ spec }) =>
    clock.now().getTime() / 1000 < Number(JSON.parse(atob(spec.token.split('.')[1] ?? '')).exp)
      ? user('a')
      : NOBODY,
  );
  const token = jwt(clock.now().getTime() / 1000 + 4);
  clock.advance(SECOND);
  t.match(await bearer(token), { kind: 'authenticated' });
  clock.advance(3 * SECOND - 1);
  t.match(await bearer(token), { kind: 'authenticated' });
  t.equal(asked.length, 1);
  clock.advance(1);
  t.match(await bearer(token), { kind: 'unauthenticated' });
});

t.test('calls with one token at once are one question', async (t) => {
  const { asked, bearer } = await reviewsUnderTest(t, ({ spec }) => user(spec.token));
  const tokens = ['one', 'two', 'one', 'one', 'two'];
  await Promise.all(tokens.map((token) => bearer(token)));
  t.strictSame(asked.map(({ spec }) => spec.token).sort(), ['one', 'two']);
});

t.test('an API server that does not answer is no 401, and lets nobody in', async (t) => {
  let status: number | object = 500;
  const { bearer, clock, logged } = await reviewsUnderTest(t, () => status);
  for (status of [500, 403, 429, 400, { authenticated: 'yes' }]) {
    t.match(await bearer('secret-token'), { kind: 'unavailable' }, String(status));
    clock.advance(SECOND);
  }
  t.equal(logged.length, 5);
  t.notMatch(JSON.stringify(logged), /secret-token/);
  status = user('a');
  t.match(await bearer('secret-token'), { kind: 'authenticated' });
});

t.test('an API server that is gone is asked once a second about a token', async (t) => {
  const { bearer, clock, connection, logged } = await reviewsUnderTest(t, () => user('a'));
  await bearer('known');
  await connection.close();
  for (let call = 0; call < 5; call += 1) t.match(await bearer('new'), { kind: 'unavailable' });
  t.equal(logged.length, 1);
  t.match(await bearer('known'), { kind: 'authenticated' }, 'while what it said counts');
  clock.advance(10 * SECOND);
  t.match(await bearer('known'), { kind: 'unavailable' });
});

t.test('a flood of wrong tokens displaces no right one, and is bounded', async (t) => {
  const { asked, bearer } = await reviewsUnderTest(t, ({ spec }) =>
    spec.token === 'right' ? user('a') : NOBODY,
  );
  t.match(await bearer('right'), { kind: 'authenticated' });
  const flood = Array.from({ length: 6_000 }, (_, index) => bearer(`wrong-${index}`));
  const kinds = (await Promise.all(flood)).map(({ kind }) => kind);
  t.equal(kinds.filter((kind) => kind === 'unauthenticated').length, 1_000);
  t.equal(kinds.filter((kind) => kind === 'unavailable').length, 5_000);
  const before = asked.length;
  t.match(await bearer('right'), { kind: 'authenticated' });
  t.equal(asked.length, before);
});
