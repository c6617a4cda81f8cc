import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Access, subjectAccess, tokenReview } from '@mailprovider/kube';
import t, { type Test } from 'tap';
import { scriptedApiServer } from './scripted-api-server.ts';

const SUBJECT = { username: 'a', uid: 'u', groups: ['g'], extra: { scope: ['s'] } };

/** A connection to an API server with that answer, and what it was asked. */
async function answeredWith(t: Test, status: object, code = 201) {
  const asked: { url: string | undefined; body: unknown }[] = [];
  const note = async (request: IncomingMessage) => {
    asked.push({ url: request.url, body: JSON.parse(await text(request)) });
  };
  const connection = await scriptedApiServer(t, (request, response) => {
    void note(request).then(() => {
      response.statusCode = code;
      response.end(JSON.stringify({ status }));
    });
  });
  return { connection, asked };
}

t.test('a token is asked about with its audience, and answered with its user', async (t) => {
  const { username, uid, groups, extra } = SUBJECT;
  const { connection, asked } = await answeredWith(t, {
    authenticated: true,
    audiences: ['ours'],
    user: { username, uid, groups, extra },
  });
  t.strictSame(await tokenReview(connection)('token', 'ours'), SUBJECT);
  t.equal(await tokenReview(connection)('token', 'theirs'), undefined, 'not for that audience');
  t.strictSame(asked[0], {
    url: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: 'token', audiences: ['ours'] },
    },
  });
});

t.test('a token of somebody of whom little is known is taken', async (t) => {
  const status = { authenticated: true, audiences: ['ours'], user: { username: 'a' } };
  const { connection } = await answeredWith(t, status);
  t.strictSame(await tokenReview(connection)('token', 'ours'), {
    username: 'a',
    uid: '',
    groups: [],
    extra: {},
  });
});

t.test('a right is asked for as it is, with or without namespace, name and group', async (t) => {
  const { connection, asked } = await answeredWith(t, { allowed: true });
  const accesses: readonly Access[] = [
    { verb: 'get', resource: 'secrets', namespace: 'n', name: 'x' },
    { verb: 'create', group: 'example.com', resource: 'things', subresource: 'parts', name: 'x' },
    { verb: 'list', group: 'example.com', resource: 'things' },
  ];
  for (const access of accesses) t.equal(await subjectAccess(connection)(SUBJECT, access), true);
  const user = { user: 'a', uid: 'u', groups: ['g'], extra: { scope: ['s'] } };
  t.match(
    asked.map(({ body }) => body),
    accesses.map((resourceAttributes) => ({ spec: { ...user, resourceAttributes } })),
  );
});

t.test('no answer is an error that names the call, and no token', async (t) => {
  const { connection } = await answeredWith(t, {}, 403);
  await t.rejects(tokenReview(connection)('secret-token', 'ours'), {
    reason: 'forbidden',
    message: 'create tokenreview: status 403',
  });
  await t.rejects(subjectAccess(connection)(SUBJECT, { verb: 'list', resource: 'x' }), {
    message: 'create subjectaccessreview: status 403',
  });
});
