import { gzipSync } from 'node:zlib';
import { jsonBytesLimit } from '@mailprovider/sender/mail/submission-limits';
import t from 'tap';
import { apiUnderTest, MAIL_ID } from './in-memory-sender.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const valid = '{"to":"user@example.com","subject":"x"}';
const post = (payload: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
  ({ method: 'POST', url: '/v1/mails', payload, headers }) as const;

t.test('refuses a body that is no JSON in UTF-8 and plain', async (t) => {
  const { app, sender } = apiUnderTest();
  const encoded = (encoding: string) => ({ ...JSON_TYPE, 'content-encoding': encoding });
  const cases = [
    ['cut off', 400, post('{"to":"canary')],
    ['no UTF-8', 400, post(Buffer.from('{"to":"\xff"}', 'latin1'))],
    ['with a byte order mark', 400, post(`\ufeff${valid}`)],
    ['another type', 415, post(valid, { 'content-type': 'text/plain' })],
    ['a type that only begins so', 415, post(valid, { 'content-type': 'application/json5' })],
    ['no type', 415, post(valid, { 'content-type': '' })],
    ['compressed', 415, post(gzipSync(valid), encoded('gzip'))],
    ['a form', 415, post('to=a', { 'content-type': 'application/x-www-form-urlencoded' })],
  ] as const;
  for (const [what, status, request] of cases) {
    const answer = await app.inject(request);
    t.equal(answer.statusCode, status, what);
    t.match(answer.headers['content-type'], /^application\/problem\+json/);
    t.match(answer.json(), { status, detail: /^\w/ });
    t.notMatch(answer.body, /canary/);
  }
  t.strictSame(sender.calls, []);
});

t.test('takes what is JSON', async (t) => {
  const { app } = apiUnderTest();
  const types = ['application/json; charset=utf-8', 'Application/JSON'];
  for (const type of types) {
    t.equal((await app.inject(post(valid, { 'content-type': type }))).statusCode, 202, type);
  }
});

t.test('calls an absent, deep or foreign value an invalid mail', async (t) => {
  const { app } = apiUnderTest();
  const deep = `{"to":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const bodies = ['', 'null', '[]', '7', deep, '{"__proto__":{"to":"user@example.com"}}'];
  for (const body of bodies) {
    const answer = await app.inject(post(body));
    t.equal(answer.statusCode, 400);
    t.match(answer.json(), { reason: 'InvalidMail', errors: [{}] });
  }
  t.equal((await app.inject({ method: 'POST', url: '/v1/mails' })).statusCode, 400);
  t.equal(Reflect.get({}, 'to'), undefined);
});

t.test('refuses a body beyond the limits with 413, declared or not', async (t) => {
  const limits = { recipients: 1, contentBytes: 1024, attachments: 1, headerFields: 1 };
  const { app } = apiUnderTest({ limits });
  const max = jsonBytesLimit(limits);
  t.equal((await app.inject(post(valid.padEnd(max)))).statusCode, 202);
  const answer = await app.inject(post(valid.padEnd(max + 1)));
  t.equal(answer.statusCode, 413);
  t.match(answer.json(), { reason: 'BodyTooLarge', detail: /send less/ });
  const cancel = { ...post(valid.padEnd(2_000)), url: `/v1/mails/${MAIL_ID}/cancel` };
  t.equal((await app.inject(cancel)).statusCode, 413);
});

t.test('answers other methods with 405 and those there are', async (t) => {
  const { app, sender } = apiUnderTest();
  const cases = [
    ['DELETE', '/v1/mails', 'GET, HEAD, OPTIONS, POST'],
    ['PUT', '/v1/mails', 'GET, HEAD, OPTIONS, POST'],
    ['POST', `/v1/mails/${MAIL_ID}`, 'GET, HEAD, OPTIONS'],
    ['PATCH', `/v1/mails/${MAIL_ID}`, 'GET, HEAD, OPTIONS'],
    ['GET', `/v1/mails/${MAIL_ID}/cancel`, 'OPTIONS, POST'],
    ['HEAD', `/v1/mails/${MAIL_ID}/retry`, 'OPTIONS, POST'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
  ] as const;
  for (const [method, url, allow] of cases) {
    const answer = await app.inject({ method, url });
    t.equal(answer.statusCode, 405, `${method} ${url}`);
    t.equal(answer.headers['allow'], allow);
    const options = await app.inject({ method: 'OPTIONS', url });
    t.equal(options.statusCode, 204);
    t.equal(options.headers['allow'], allow);
  }
  t.strictSame(sender.calls, []);
});

t.test('answers HEAD as GET, without the body', async (t) => {
  const { app } = apiUnderTest();
  for (const url of [`/v1/mails/${MAIL_ID}`, '/v1/mails?state=dead', '/openapi.json']) {
    const [head, get] = [await app.inject({ method: 'HEAD', url }), await app.inject({ url })];
    t.equal(head.statusCode, 200);
    t.equal(head.body, '');
    t.equal(head.headers['content-length'], get.headers['content-length']);
  }
});

t.test('answers other paths with 404, and what is no path with 400', async (t) => {
  const { app } = apiUnderTest();
  for (const url of ['/', '/v1', '/v1/mails/', '/v2/mails', `/v1/mails/${'a'.repeat(200)}`]) {
    const answer = await app.inject({ url });
    t.equal(answer.statusCode, 404, url);
    t.match(answer.headers['content-type'], /^application\/problem\+json/);
  }
  const answer = await app.inject({ url: '/v1/mails/%canary' });
  t.equal(answer.statusCode, 400);
  t.notMatch(answer.body, /canary/);
});
