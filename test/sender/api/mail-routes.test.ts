import { REFUSALS, type Refusal } from '@mailprovider/sender/sender';
import { StoreError } from '@mailprovider/sender/store/mail-store';
import t from 'tap';
import { apiUnderTest, MAIL_ID, mail } from './in-memory-sender.ts';

const submission = { to: 'user@example.com', subject: 'Hello' };
const post = (body: unknown = submission, headers = {}) =>
  ({ method: 'POST', url: '/v1/mails', payload: body as object, headers }) as const;

t.test('accepts a mail with 202, its id and where it is', async (t) => {
  const { app, sender } = apiUnderTest();
  const answer = await app.inject(post());
  t.equal(answer.statusCode, 202);
  t.equal(answer.headers['location'], `/v1/mails/${MAIL_ID}`);
  t.strictSame(answer.json(), { id: MAIL_ID, messageId: mail.messageId, provider: 'relay' });
  t.strictSame(sender.calls, [['submit', submission, {}]]);
});

t.test('passes the idempotency key on, and gives a repeated mail the same answer', async (t) => {
  const { app, sender } = apiUnderTest();
  const first = await app.inject(post(submission, { 'idempotency-key': 'key 1' }));
  sender.submitted = { kind: 'accepted', mail, repeated: true };
  const second = await app.inject(post(submission, { 'Idempotency-Key': 'key 1' }));
  t.equal(second.statusCode, 202);
  t.equal(second.body, first.body);
  t.strictSame(sender.calls[1], ['submit', submission, { idempotencyKey: 'key 1' }]);
});

t.test('refuses an idempotency key that is none', async (t) => {
  const { app, sender } = apiUnderTest();
  for (const key of ['', 'a'.repeat(256), 'schlüssel', 'a\tb']) {
    const answer = await app.inject(post(submission, { 'idempotency-key': key }));
    t.equal(answer.statusCode, 400);
    t.match(answer.json(), { reason: 'InvalidRequest', errors: [{ field: 'Idempotency-Key' }] });
  }
  t.strictSame(sender.calls, []);
});

t.test('tells every mistake of a mail at its field', async (t) => {
  const { app } = apiUnderTest();
  const answer = await app.inject(post({ to: [{ address: 'x' }], from: 'canary' }));
  t.equal(answer.statusCode, 400);
  t.match(answer.headers['content-type'], /^application\/problem\+json/);
  t.match(answer.json(), {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'the mail has 3 mistakes',
    reason: 'InvalidMail',
    errors: [{ field: '' }, { field: 'to[0].address' }, { field: 'from', message: /remove it/ }],
  });
  t.notMatch(answer.body, /canary/);
});

t.test('answers each refusal with its status, reason and time to try again', async (t) => {
  const expected: Readonly<Record<Refusal, readonly [status: number, retryAfter?: string]>> = {
    ProviderNotFound: [404],
    ProviderDisabled: [422],
    ProviderInvalid: [422],
    NoDefaultProvider: [503, '60'],
    ReferenceNotFound: [422],
    ReferenceAmbiguous: [422],
    ReferenceUnavailable: [503, '5'],
    ProviderForbidden: [403],
    AuthorizationUnavailable: [503, '5'],
    IdempotencyKeyReused: [409],
    CallerRateLimited: [429, '1'],
    QueueFull: [429, '5'],
    StoreUnavailable: [503, '10'],
    ShuttingDown: [503, '5'],
  };
  const { app, sender } = apiUnderTest();
  for (const refusal of REFUSALS) {
    const [status, retryAfter] = expected[refusal];
    const refused = { kind: 'refused', refusal, message: 'provider "relay": …' } as const;
    sender.submitted = refused;
    sender.changed = refused;
    const url = `/v1/mails/${MAIL_ID}/retry`;
    for (const request of [post(), { method: 'POST', url } as const]) {
      const answer = await app.inject(request);
      t.equal(answer.statusCode, status, refusal);
      t.equal(answer.headers['retry-after'], retryAfter);
      t.equal(answer.headers.connection === 'close', refusal === 'ShuttingDown');
      t.match(answer.json(), { status, reason: refusal, detail: refused.message });
    }
  }
  sender.submitted = {
    kind: 'refused',
    refusal: 'QueueFull',
    message: 'x',
    retryAfterSeconds: 1.2,
  };
  t.equal((await app.inject(post())).headers['retry-after'], '2');
});

t.test('tells where a mail stands', async (t) => {
  const { app, sender } = apiUnderTest();
  const url = `/v1/mails/${MAIL_ID}`;
  const common = { id: MAIL_ID, messageId: mail.messageId, provider: 'relay' };
  t.strictSame((await app.inject({ url })).json(), {
    ...common,
    state: 'queued',
    recipients: [{ address: 'user@example.com', outcome: 'pending' }],
    acceptedAt: '2026-01-01T00:00:00.000Z',
    attempts: 0,
    nextAttemptAt: '2026-01-01T00:00:01.000Z',
  });
  const failed = {
    address: 'user@example.com',
    outcome: 'rejected',
    reason: 'RecipientRejected',
    code: 550,
    provider: 'relay',
  } as const;
  sender.found = { ...mail, state: 'dead', attempts: 1, recipients: [failed] };
  t.strictSame((await app.inject({ url })).json(), {
    ...common,
    state: 'dead',
    recipients: [failed],
    acceptedAt: '2026-01-01T00:00:00.000Z',
    attempts: 1,
    endedAt: '2026-01-01T00:00:01.000Z',
  });
});

t.test('answers 404 for a mail that is not there, without asking for what is no id', async (t) => {
  const { app, sender } = apiUnderTest();
  sender.found = undefined;
  sender.changed = { kind: 'not-found' };
  const requests = (id: string) =>
    [
      { method: 'GET', url: `/v1/mails/${id}` },
      { method: 'POST', url: `/v1/mails/${id}/cancel` },
      { method: 'POST', url: `/v1/mails/${id}/retry` },
    ] as const;
  for (const request of [...requests(MAIL_ID), ...requests('x'), ...requests('..%2f..')]) {
    const answer = await app.inject(request);
    t.equal(answer.statusCode, 404);
    t.match(answer.json(), { reason: 'MailNotFound' });
  }
  t.equal(sender.calls.length, 3);
});

t.test('lists a page in one state', async (t) => {
  const { app, sender } = apiUnderTest();
  t.match((await app.inject({ url: '/v1/mails?state=queued' })).json(), {
    items: [{ id: MAIL_ID }],
  });
  sender.page = { mails: [], next: 'abc' };
  const answer = await app.inject({ url: '/v1/mails?state=dead&limit=500&after=a-b' });
  t.strictSame(answer.json(), { items: [], next: 'abc' });
  t.strictSame(sender.calls, [
    ['list', 'queued', { limit: 50 }],
    ['list', 'dead', { limit: 500, after: 'a-b' }],
  ]);
});

t.test('refuses a query that it does not understand', async (t) => {
  const { app, sender } = apiUnderTest();
  const cases: readonly [query: string, fields: readonly string[]][] = [
    ['', ['state']],
    ['?state=', ['state']],
    ['?state=canary', ['state']],
    ['?state=dead&state=sent', ['state']],
    ['?state=dead&limit=0', ['limit']],
    ['?state=dead&limit=501', ['limit']],
    ['?state=dead&limit=1e2', ['limit']],
    ['?state=dead&after=', ['after']],
    [`?state=dead&after=${'a'.repeat(65)}`, ['after']],
    ['?state=dead&canary=canary', ['canary']],
    ['?state=x&limit=x&after=%00', ['state', 'limit', 'after']],
  ];
  for (const [query, fields] of cases) {
    const answer = await app.inject({ url: `/v1/mails${query}` });
    t.equal(answer.statusCode, 400, query);
    const { reason, errors } = answer.json();
    t.equal(reason, 'InvalidRequest');
    t.strictSame(
      errors.map(({ field }: { field: string }) => field),
      fields,
    );
  }
  t.strictSame(sender.calls, []);
});

t.test('cancels and retries, or says why not', async (t) => {
  const { app, sender } = apiUnderTest();
  for (const change of ['cancel', 'retry']) {
    const request = { method: 'POST', url: `/v1/mails/${MAIL_ID}/${change}` } as const;
    sender.changed = { kind: 'changed', mail: { ...mail, state: 'cancelled' } };
    const answer = await app.inject(request);
    t.equal(answer.statusCode, 200);
    t.match(answer.json(), { id: MAIL_ID, state: 'cancelled' });
    sender.changed = { kind: 'conflict', message: 'an attempt is under way' };
    const conflict = await app.inject({ ...request, payload: {} });
    t.equal(conflict.statusCode, 409);
    t.match(conflict.json(), { reason: 'MailConflict', detail: 'an attempt is under way' });
  }
});

t.test('answers 503 while it is not ready, and still tells of mails', async (t) => {
  let ready = false;
  const { app, sender } = apiUnderTest({ isReady: () => ready });
  const answer = await app.inject(post());
  t.equal(answer.statusCode, 503);
  t.equal(answer.headers['retry-after'], '5');
  t.match(answer.json(), { reason: 'NotReady' });
  for (const change of ['cancel', 'retry']) {
    const url = `/v1/mails/${MAIL_ID}/${change}`;
    t.equal((await app.inject({ method: 'POST', url })).statusCode, 503);
  }
  t.strictSame(sender.calls, []);
  t.equal((await app.inject({ url: `/v1/mails/${MAIL_ID}` })).statusCode, 200);
  ready = true;
  t.equal((await app.inject(post())).statusCode, 202);
});

t.test('tells of faults of the store and of itself without their words', async (t) => {
  const { app, sender, logged } = apiUnderTest();
  sender.failure = new StoreError('StoreFull', '/canary has no room');
  const requests = [
    post(),
    { method: 'GET', url: '/v1/mails?state=dead' },
    { method: 'GET', url: `/v1/mails/${MAIL_ID}` },
    { method: 'POST', url: `/v1/mails/${MAIL_ID}/cancel` },
  ] as const;
  for (const request of requests) {
    const answer = await app.inject(request);
    t.equal(answer.statusCode, 503);
    t.equal(answer.headers['retry-after'], '10');
    t.match(answer.json(), { reason: 'StoreUnavailable' });
    t.notMatch(answer.body, /canary/);
  }
  sender.failure = new Error('canary');
  const answer = await app.inject(post());
  t.equal(answer.statusCode, 500);
  t.match(answer.json(), { reason: 'InternalError', title: 'Internal Server Error' });
  t.notMatch(answer.body, /canary/);
  t.equal(logged.length, 5);
});
