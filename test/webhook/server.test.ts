import { createAuthority } from '@mailprovider/pki';
import { mutate } from '@mailprovider/webhook/admission/mutate';
import { validate } from '@mailprovider/webhook/admission/validate';
import { createWebhookMetrics } from '@mailprovider/webhook/metrics';
import { createWebhookServer } from '@mailprovider/webhook/server';
import { Registry } from 'prom-client';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { minimalSpec, specWithCredentials } from '../provider/minimal-spec.ts';
import { objectOf, reviewOf } from './review.ts';

const now = new Date();
const { certificatePem, keyPem } = createAuthority({ commonName: 'test', validDays: 1, now });
const context = { credentialsNamespace: 'mail' };

const answerSchema = z.strictObject({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  response: z.strictObject({
    auditAnnotations: z.record(z.string(), z.string()).optional(),
    uid: z.string(),
    allowed: z.boolean(),
    status: z.strictObject({ code: z.number(), message: z.string() }).optional(),
    warnings: z.array(z.string()).optional(),
    patchType: z.literal('JSONPatch').optional(),
    patch: z.string().optional(),
  }),
});

async function claimDefault(): Promise<never> {
  throw new Error('no test here sets default: true');
}

function serverFor(t: Test) {
  const failures: unknown[] = [];
  const failed = (error: unknown) => failures.push(error);
  const app = createWebhookServer({
    certificate: { cert: certificatePem, key: keyPem },
    maxConcurrentReviews: 10,
    metrics: createWebhookMetrics(new Registry()),
    validate: (request) => validate(request, { context, claimDefault }),
    judged: () => {},
    mutate: (request) => mutate(request, context),
    failed,
  });
  t.teardown(() => app.close());
  const post = async (url: string, body: object | string, type = 'application/json') =>
    app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload: body });
  const ask = async (url: string, body: object) => {
    const answer = await post(url, body);
    t.equal(answer.statusCode, 200);
    return answerSchema.parse(answer.json()).response;
  };
  return { post, ask, failures };
}

t.test('echoes the uid and allows what can work', async (t) => {
  const { ask } = serverFor(t);
  t.strictSame(await ask('/validate', reviewOf()), {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    allowed: true,
    auditAnnotations: { verdict: 'allowed' },
  });
});

t.test('denies with code 403, no reason, and the documented words', async (t) => {
  const spec = specWithCredentials();
  delete spec.smtp['passwordRef'];
  const { ask } = serverFor(t);
  t.match(await ask('/validate', reviewOf({ object: objectOf(spec) })), {
    allowed: false,
    status: {
      code: 403,
      message:
        'spec.smtp.passwordRef: Required value: passwordRef must be specified when username is provided',
    },
  });
});

t.test('warns of what is allowed and unwise', async (t) => {
  const { ask } = serverFor(t);
  const response = await ask('/validate', reviewOf({ object: objectOf(minimalSpec()) }));
  t.match(response, {
    allowed: true,
    warnings: [/opportunistic|only if offered/, /authentication/],
  });
});

t.test('mutation fills in absent values and says nothing where there are none', async (t) => {
  const { ask } = serverFor(t);
  const { patch, patchType } = await ask('/mutate', reviewOf());
  t.equal(patchType, 'JSONPatch');
  t.strictSame(JSON.parse(Buffer.from(patch ?? '', 'base64').toString()), [
    { op: 'add', path: '/spec/smtp/passwordRef/namespace', value: 'mail' },
    { op: 'add', path: '/spec/retry', value: { count: 3, initialBackoffMs: 100, queueSize: 1000 } },
  ]);
  const complete = { ...minimalSpec(), retry: { count: 0, initialBackoffMs: 10, queueSize: 10 } };
  const response = await ask('/mutate', reviewOf({ object: objectOf(complete) }));
  t.strictSame(Object.keys(response), ['uid', 'allowed']);
});

t.test('answers nonsense in an object with a verdict, never with an error', async (t) => {
  const { ask, failures } = serverFor(t);
  for (const spec of [null, [], 'x', 7, { smtp: [] }, { smtp: null, retry: 'x' }]) {
    t.match(await ask('/mutate', reviewOf({ object: objectOf(spec) })), { allowed: true });
    t.match(await ask('/validate', reviewOf({ object: objectOf(spec) })), { allowed: false });
  }
  t.strictSame(failures, []);
});

t.test('refuses what is no review: size, type, syntax and shape', async (t) => {
  const { post, failures } = serverFor(t);
  const status = async (body: object | string, type?: string) =>
    (await post('/validate', body, type)).statusCode;
  t.equal(await status(''), 400, 'empty');
  t.equal(await status('{'), 400, 'syntax');
  t.equal(await status({ kind: 'Pod' }), 400, 'shape');
  t.equal(await status({ ...reviewOf(), apiVersion: 'admission.k8s.io/v2' }), 400, 'version');
  t.equal(await status('x', 'text/html'), 415, 'type');
  t.equal(await status(JSON.stringify('x'.repeat(6.9 * 1024 * 1024))), 400, 'large, but allowed');
  t.equal(await status(JSON.stringify('x'.repeat(7.1 * 1024 * 1024))), 413, 'too large');
  t.strictSame(failures, []);
});
