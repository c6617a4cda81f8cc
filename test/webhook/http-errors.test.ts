import { once } from 'node:events';
import { request } from 'node:https';
import process from 'node:process';
import { connect } from 'node:tls';
import t from 'tap';
import { reviewOf } from './review.ts';
import { startServer } from './webhook-server.ts';

const MIB = 1024 * 1024;
const HEAD = 'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const portOf = (url: string) => Number(new URL(url).port);
const review = JSON.stringify(reviewOf());
/** A body that is a review and has this many bytes. */
const reviewOfSize = (bytes: number) => review + ' '.repeat(bytes - review.length);

t.test('refuses what is no review: path, method, type, syntax and shape', async (t) => {
  const { post, failures } = await startServer(t);
  const cases: [string, number, string, Parameters<typeof post>[1]?][] = [
    ['another path', 404, review, { path: '/' }],
    ['a path below', 404, review, { path: '/validate/x' }],
    ['another method', 405, review, { method: 'PUT' }],
    ['another type', 415, review, { headers: { 'content-type': 'text/html' } }],
    ['no type', 415, review, { headers: { 'content-type': '' } }],
    ['a compressed body', 415, review, { headers: { 'content-encoding': 'gzip' } }],
    [
      'a type with a parameter',
      200,
      review,
      { headers: { 'content-type': 'Application/JSON;charset=utf-8' } },
    ],
    ['an empty body', 400, ''],
    ['no JSON', 400, '{'],
    ['a list', 400, '[]'],
    ['null', 400, 'null'],
    ['another kind', 400, '{"kind":"Pod","apiVersion":"v1"}'],
    ['100,000 open brackets', 400, '['.repeat(100_000)],
    ['no UTF-8', 400, '\xff\xfe'],
  ];
  for (const [name, status, body, options] of cases) {
    const answer = await post(Buffer.from(body, 'latin1'), options);
    t.equal(answer.status, status, name);
    t.equal(answer.headers['content-type'], 'application/json');
    if (status >= 400) t.match(JSON.parse(answer.body), { error: /^[a-zA-Z0-9 ./:;]{5,90}$/ });
  }
  t.equal((await post(review, { method: 'PUT' })).headers['allow'], 'POST');
  t.strictSame(failures, []);
});

t.test('names the first wrong field of a review, and repeats nothing of it', async (t) => {
  const { post } = await startServer(t);
  const cases: [string, object][] = [
    ['apiVersion', { ...reviewOf(), apiVersion: 'admission.k8s.io/v2' }],
    ['kind', { ...reviewOf(), kind: 'canary' }],
    ['request', { ...reviewOf(), request: 'canary' }],
    ['request.uid', reviewOf({ uid: '' })],
    ['request.uid', reviewOf({ uid: 'canary'.repeat(100) })],
    ['request.operation', reviewOf({ operation: 'canary' })],
    ['request.resource', reviewOf({ resource: undefined })],
    ['request.subResource', reviewOf({ subResource: ['canary'] })],
    ['request.name', reviewOf({ name: 7 })],
    ['request.object', reviewOf({ object: 'canary' })],
    ['request.oldObject', reviewOf({ oldObject: ['canary'] })],
    ['request.userInfo', reviewOf({ userInfo: 'canary' })],
    ['request.userInfo.groups', reviewOf({ userInfo: { groups: ['a', 7] } })],
    ['request.userInfo.extra', reviewOf({ userInfo: { extra: { canary: 'x' } } })],
  ];
  for (const [field, body] of cases) {
    const answer = await post(JSON.stringify(body));
    t.equal(answer.status, 400);
    const error = `the body is no AdmissionReview of admission.k8s.io: see ${field}`;
    t.strictSame(JSON.parse(answer.body), { error });
  }
});

t.test('takes 7 MiB and no more, whether the length is declared or not', async (t) => {
  const { post } = await startServer(t);
  const chunked = { headers: { 'transfer-encoding': 'chunked' } };
  for (const options of [{}, chunked]) {
    t.equal((await post(reviewOfSize(7 * MIB), options)).status, 200);
    t.equal((await post(reviewOfSize(7 * MIB + 1), options)).status, 413);
    t.equal((await post(review, options)).status, 200, 'and the next review is answered');
  }
});

t.test('holds no more than the limit of a body that does not end', async (t) => {
  const { url, ask } = await startServer(t);
  const socket = connect({ port: portOf(url), host: '127.0.0.1', rejectUnauthorized: false });
  t.teardown(() => socket.destroy());
  const answered = once(socket, 'data');
  socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
  const chunk = Buffer.from(`${MIB.toString(16)}\r\n${'x'.repeat(MIB)}\r\n`);
  const before = process.memoryUsage().arrayBuffers;
  for (let sent = 0; sent < 200; sent += 1) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  t.match(String(await answered), /^HTTP\/1\.1 413 /);
  t.ok(process.memoryUsage().arrayBuffers - before < 40 * MIB);
  t.match(await ask('/validate', reviewOf()), { allowed: true });
});

t.test('holds a bounded sum of bodies; beyond it, asks the API server to try again', async (t) => {
  const { url, post, server } = await startServer(t);
  const open = () => {
    const sent = request(new URL('/validate', url), {
      method: 'POST',
      rejectUnauthorized: false,
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    sent.on('error', () => {});
    t.teardown(() => sent.destroy());
    return sent;
  };
  const unfinished = Array.from({ length: 12 }, open);
  const refused = Promise.race(unfinished.map((sent) => once(sent, 'response')));
  for (const sent of unfinished) sent.write(Buffer.alloc(6.9 * MIB, 'x'));
  const [response] = await refused;
  t.equal(response.statusCode, 503);
  t.equal(response.headers['retry-after'], '1');
  for (const sent of unfinished) sent.destroy();
  server.closeIdleConnections();
  while ((await post(reviewOfSize(7 * MIB))).status !== 200);
  t.pass('what was held is given back when the clients leave');
});

t.test('outlives clients that talk no HTTP, or leave in the middle', async (t) => {
  const { url, ask, failures } = await startServer(t);
  for (const bytes of ['\x00\xff\r\n\r\n', 'GET', `${HEAD}content-length: 100\r\n\r\n{"kind"`]) {
    const socket = connect({ port: portOf(url), host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    socket.write(bytes, () => socket.destroy());
    await once(socket, 'close');
  }
  t.match(await ask('/validate', reviewOf()), { allowed: true });
  t.strictSame(failures, []);
});
