import t from 'tap';
import { minimalSpec, specWithCredentials } from '../provider/minimal-spec.ts';
import { objectOf, reviewOf, UID } from './review.ts';
import { startServer } from './webhook-server.ts';

t.test('echoes the uid and allows what can work', async (t) => {
  const { ask } = await startServer(t);
  t.strictSame(await ask('/validate?timeout=5s', reviewOf()), {
    uid: UID,
    allowed: true,
    auditAnnotations: { verdict: 'allowed' },
  });
});

t.test('denies with code 403, no reason, and the documented words', async (t) => {
  const spec = specWithCredentials();
  delete spec.smtp['passwordRef'];
  const { ask } = await startServer(t);
  t.strictSame(await ask('/validate', reviewOf({ object: objectOf(spec) })), {
    uid: UID,
    allowed: false,
    status: {
      code: 403,
      message:
        'spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
    },
    auditAnnotations: { verdict: 'denied' },
  });
});

t.test('warns of what is allowed and unwise', async (t) => {
  const { ask } = await startServer(t);
  t.match(await ask('/validate', reviewOf({ object: objectOf(minimalSpec()) })), {
    allowed: true,
    warnings: [/opportunistic|only if offered/, /authentication/],
  });
});

t.test('mutation fills in absent values and says nothing where there are none', async (t) => {
  const { ask } = await startServer(t);
  const { patch } = await ask('/mutate?timeout=5s', reviewOf());
  t.strictSame(JSON.parse(Buffer.from(patch ?? '', 'base64').toString()), [
    { op: 'add', path: '/spec/smtp/passwordRef/namespace', value: 'mail' },
    { op: 'add', path: '/spec/retry', value: { count: 3, initialBackoffMs: 100, queueSize: 1000 } },
  ]);
  const complete = { ...minimalSpec(), retry: { count: 0, initialBackoffMs: 10, queueSize: 10 } };
  const response = await ask('/mutate', reviewOf({ object: objectOf(complete) }));
  t.strictSame(response, { uid: UID, allowed: true });
});

t.test('answers nonsense in an object with a verdict, never with an error', async (t) => {
  const { ask, failures } = await startServer(t);
  for (const spec of [null, [], 'x', 7, { smtp: [] }, { smtp: null, retry: 'x' }]) {
    t.match(await ask('/mutate', reviewOf({ object: objectOf(spec) })), { allowed: true });
    t.match(await ask('/validate', reviewOf({ object: objectOf(spec) })), { allowed: false });
  }
  t.strictSame(failures, []);
});

t.test('an error of ours is a 500 without its text, and the next review is answered', async (t) => {
  let calls = 0;
  const { post, failures, ask } = await startServer(t, {
    validate: () => {
      calls += 1;
      if (calls === 1) throw new Error('canary');
      return { allowed: true };
    },
  });
  const { status, body } = await post(JSON.stringify(reviewOf()));
  t.strictSame({ status, body }, { status: 500, body: '{"error":"internal error"}' });
  t.match(failures, [/canary/]);
  t.match(await ask('/validate', reviewOf()), { allowed: true });
});

t.test('keeps connections longer than the API server, and no request for ever', async (t) => {
  const { server } = await startServer(t);
  t.ok(server.keepAliveTimeout > 90_000);
  t.equal(server.headersTimeout, 32_000);
  t.equal(server.requestTimeout, 32_000);
});
