import type { MailProvider } from '@mailprovider/provider/mail-provider';
import t from 'tap';
import { z } from 'zod';
import { byName, DeclaredCaller, idOf, StoredMails } from './callers.ts';
import { apiUnderTest } from './in-memory-sender.ts';

const pageSchema = z.object({
  items: z.array(z.object({ id: z.string(), caller: z.string() })),
  next: z.string().optional(),
});

const relayWithFallback: MailProvider = {
  metadata: { name: 'relay', uid: '1', resourceVersion: '1', generation: 1 },
  spec: { fallbacks: ['backup'] },
};

function twoCallers(stored: readonly string[], providers: readonly MailProvider[] = []) {
  const [a, b] = [new DeclaredCaller('a'), new DeclaredCaller('b')];
  const sender = new StoredMails(stored);
  const { app } = apiUnderTest({
    sender,
    authenticate: byName([a, b]),
    providers: { get: (name) => providers.find(({ metadata }) => metadata.name === name) },
  });
  const call = (caller: string, method: 'GET' | 'POST', url: string, payload?: object) =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${caller}` },
      ...(payload === undefined ? {} : { payload }),
    });
  const list = async (caller: string, query = '') => {
    const answer = await call(caller, 'GET', `/v1/mails?state=queued${query}`);
    return pageSchema.parse(answer.json());
  };
  return { a, b, sender, app, call, list };
}

const ABSENT = idOf(0xffff);
const changes = ['cancel', 'retry'] as const;

t.test('a mail is submitted in the name of its caller, for providers it may use', async (t) => {
  const { a, sender, call } = twoCallers([]);
  a.uses['relay'] = 'allowed';
  a.uses['away'] = 'unknown';
  const answer = await call('a', 'POST', '/v1/mails', { to: 'user@example.com', subject: 'x' });
  t.equal(answer.statusCode, 202);
  const [[, , options] = []] = sender.calls;
  t.match(options, { caller: 'a' });
  const { mayUse } = z.object({ mayUse: z.custom<(names: string[]) => unknown>() }).parse(options);
  t.strictSame(await mayUse(['relay']), { kind: 'allowed' });
  t.strictSame(await mayUse(['relay', 'other']), { kind: 'denied', provider: 'other' });
  t.match(await mayUse(['relay', 'away']), { kind: 'unknown' });
});

t.test("another's mail is answered as one that is not there", async (t) => {
  const { sender, call } = twoCallers(['a', 'b', 'b']);
  t.equal((await call('a', 'GET', `/v1/mails/${idOf(0)}`)).statusCode, 200);
  const paths = ['', '/cancel', '/retry'];
  for (const path of paths) {
    const method = path === '' ? 'GET' : 'POST';
    const absent = await call('a', method, `/v1/mails/${ABSENT}${path}`);
    const others = await call('a', method, `/v1/mails/${idOf(1)}${path}`);
    t.equal(others.statusCode, 404, path);
    t.equal(others.body, absent.body);
    t.equal((await call('a', method, `/v1/mails/not-an-id${path}`)).body, absent.body);
  }
  t.notOk(sender.calls.some(([name]) => name === 'cancel' || name === 'retry'));
});

t.test('a mail of nobody that is known is nobody’s own', async (t) => {
  const { call } = twoCallers(['']);
  t.equal((await call('a', 'GET', `/v1/mails/${idOf(0)}`)).statusCode, 404);
});

t.test('own mail is cancelled and retried', async (t) => {
  const { a, sender, call } = twoCallers(['a']);
  a.uses['relay'] = 'allowed';
  for (const change of changes) {
    t.equal((await call('a', 'POST', `/v1/mails/${idOf(0)}/${change}`)).statusCode, 200);
  }
  const made = sender.calls.filter(([name]) => name !== 'find');
  t.strictSame(made, [
    ['cancel', idOf(0)],
    ['retry', idOf(0)],
  ]);
});

t.test('a dead letter is not queued anew for a provider that the caller may not use', async (t) => {
  const { a, call } = twoCallers(['a']);
  const retry = () => call('a', 'POST', `/v1/mails/${idOf(0)}/retry`);
  t.match((await retry()).json(), { status: 403, reason: 'ProviderForbidden', detail: /"relay"/ });
  a.uses['relay'] = 'unknown';
  t.match((await retry()).json(), { status: 503, reason: 'AuthorizationUnavailable' });
  a.uses['relay'] = 'allowed';
  t.equal((await retry()).statusCode, 200);
});

t.test(
  'a dead letter is not queued anew where a fallback is not the caller’s to use',
  async (t) => {
    const { a, sender, call } = twoCallers(['a'], [relayWithFallback]);
    a.uses['relay'] = 'allowed';
    const retry = () => call('a', 'POST', `/v1/mails/${idOf(0)}/retry`);
    t.match((await retry()).json(), {
      status: 403,
      reason: 'ProviderForbidden',
      detail: /"backup"/,
    });
    t.notOk(sender.calls.some(([name]) => name === 'retry'));
    a.uses['backup'] = 'allowed';
    t.equal((await retry()).statusCode, 200);
  },
);

t.test('the right to list shows the mail of all, that to update changes it', async (t) => {
  const { a, call, list } = twoCallers(['a', 'b']);
  a.handles.list = 'allowed';
  t.equal((await call('a', 'GET', `/v1/mails/${idOf(1)}`)).json().caller, 'b');
  t.strictSame(
    (await list('a')).items.map(({ caller }) => caller),
    ['a', 'b'],
  );
  const cancel = `/v1/mails/${idOf(1)}/cancel`;
  t.match(await call('a', 'POST', cancel), { statusCode: 403 });
  t.match((await call('a', 'POST', cancel)).json(), { reason: 'Forbidden', detail: /update/ });
  a.handles.update = 'allowed';
  t.match(await call('a', 'POST', cancel), { statusCode: 200 });
  t.equal((await call('a', 'GET', `/v1/mails/${ABSENT}`)).statusCode, 404);
  a.handles.update = 'unknown';
  t.equal((await call('a', 'POST', cancel)).statusCode, 503);
});

t.test('where rights cannot be found out, own mail is shown, and else 503', async (t) => {
  const { a, call } = twoCallers(['a', 'b']);
  a.handles.list = 'unknown';
  t.equal((await call('a', 'GET', `/v1/mails/${idOf(0)}`)).statusCode, 200);
  const unknown = [`/v1/mails/${idOf(1)}`, `/v1/mails/${ABSENT}`, '/v1/mails?state=queued'];
  for (const url of unknown) {
    const answer = await call('a', 'GET', url);
    t.equal(answer.statusCode, 503, url);
    t.equal(answer.headers['retry-after'], '5');
    t.match(answer.json(), { reason: 'AuthorizationUnavailable' });
  }
  t.equal((await call('a', 'POST', `/v1/mails/${idOf(1)}/cancel`)).statusCode, 503);
});

t.test('pages have the own mail, each once and in order', async (t) => {
  const callers = Array.from({ length: 1_700 }, (_, index) => (index % 3 === 0 ? 'a' : 'b'));
  const { list, sender } = twoCallers(callers);
  const own = sender.mails.filter(({ caller }) => caller === 'a').map(({ id }) => id);
  for (const limit of [20, 50, 500]) {
    const seen: string[] = [];
    let page = await list('a', `&limit=${limit}`);
    for (; page.next !== undefined; page = await list('a', `&limit=${limit}&after=${page.next}`)) {
      t.equal(page.items.length, limit);
      seen.push(...page.items.map(({ id }) => id));
    }
    seen.push(...page.items.map(({ id }) => id));
    t.strictSame(seen, own, `${limit} a page`);
  }
});

t.test(
  'a page that ends with the last own mail is the last if no other mail follows',
  async (t) => {
    for (const [callers, isLast] of [
      [['a', 'b', 'a'], true],
      [['a', 'a', 'b'], true],
      [['a', 'a', 'a'], false],
    ] as const) {
      const { next } = await twoCallers(callers).list('a', '&limit=2');
      t.equal(next === undefined, isLast, callers.join());
    }
  },
);

t.test('one request looks at a bounded number of mails, and others have their turn', async (t) => {
  const callers = Array.from({ length: 5_000 }, (_, index) => (index === 4_999 ? 'a' : 'b'));
  const { list, sender } = twoCallers(callers);
  let turns = 0;
  let isListing = true;
  const takeTurn = () => {
    turns += 1;
    if (isListing) setImmediate(takeTurn);
  };
  setImmediate(takeTurn);
  const first = await list('a');
  isListing = false;
  t.strictSame(first, { items: [], next: idOf(1_999) });
  t.equal(sender.looks, 4);
  t.ok(turns >= 4, `${turns} turns`);
  const second = await list('a', `&after=${first.next}`);
  t.strictSame(second, { items: [], next: idOf(3_999) });
  const last = await list('a', `&after=${second.next}`);
  t.match(last, { items: [{ id: idOf(4_999) }] });
  t.equal(last.next, undefined);
});

t.test('where callers are not told apart, all mail is shown and changed', async (t) => {
  const sender = new StoredMails(['a', 'b']);
  const { app } = apiUnderTest({ sender });
  t.equal((await app.inject(`/v1/mails/${idOf(1)}`)).statusCode, 200);
  t.equal((await app.inject('/v1/mails?state=queued')).json().items.length, 2);
  const cancel = { method: 'POST', url: `/v1/mails/${idOf(1)}/cancel` } as const;
  t.equal((await app.inject(cancel)).statusCode, 200);
});

t.test('who cannot be known is told to try again', async (t) => {
  const message = 'the API server does not answer';
  const { app, sender } = apiUnderTest({ authenticate: () => ({ kind: 'unavailable', message }) });
  const answer = await app.inject('/v1/mails?state=dead');
  t.equal(answer.statusCode, 503);
  t.equal(answer.headers['retry-after'], '5');
  t.notOk(answer.headers['www-authenticate']);
  t.match(answer.json(), { reason: 'AuthenticationUnavailable', detail: message });
  t.strictSame(sender.calls, []);
});
