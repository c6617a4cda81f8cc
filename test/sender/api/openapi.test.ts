import { openApiDocument } from '@mailprovider/sender/api/openapi';
import { PROBLEM_REASONS } from '@mailprovider/sender/api/problem';
import { REFUSAL_ANSWERS } from '@mailprovider/sender/api/refusal-problem';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import t from 'tap';
import { z } from 'zod';
import { apiUnderTest } from './in-memory-sender.ts';

const METHODS = ['get', 'post'] as const;
/** Answers of the server itself, at any path. */
const EVERYWHERE = [400, 401, 403, 408, 431, 500, 503];
const CHANGE = [...EVERYWHERE, 200, 404, 409, 413, 415];
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  'post /v1/mails': [...EVERYWHERE, 202, 404, 409, 413, 415, 422, 429],
  'get /v1/mails': [...EVERYWHERE, 200],
  'get /v1/mails/{id}': [...EVERYWHERE, 200, 404],
  'post /v1/mails/{id}/cancel': CHANGE,
  'post /v1/mails/{id}/retry': [...CHANGE, 429],
  'get /openapi.json': [200],
};

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.enum(['query', 'header']) })).optional(),
  responses: z.record(z.string(), z.looseObject({})),
});
const documentSchema = z.object({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string().startsWith('/'),
    z.strictObject({
      parameters: z.array(z.object({ name: z.string(), in: z.literal('path') })).optional(),
      get: operation.optional(),
      post: operation.optional(),
    }),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[A-Za-z]+$/), z.looseObject({})),
    responses: z.record(z.string().regex(/^[A-Za-z]+$/), z.object({ description: z.string() })),
    securitySchemes: z.object({ bearer: z.object({ type: z.literal('http') }) }),
  }),
});

const raw = openApiDocument(DEFAULT_SUBMISSION_LIMITS);
const document = documentSchema.parse(raw);

/** Every `$ref` below a value. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? [child] : references(child),
  );
}

function resolve(pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined),
      raw,
    );
}

function operations() {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const found = item[method];
      return found === undefined ? [] : [{ path, method, item, operation: found }];
    }),
  );
}

t.test('is served as it is generated', async (t) => {
  const { app } = apiUnderTest();
  const answer = await app.inject({ url: '/openapi.json' });
  t.match(answer.headers['content-type'], /^application\/json/);
  t.strictSame(answer.json(), JSON.parse(JSON.stringify(raw)));
});

t.test('has every reference resolved, every component used and every id once', async (t) => {
  const used = new Set(references(raw));
  for (const pointer of used) t.ok(resolve(pointer), pointer);
  for (const kind of ['schemas', 'responses'] as const) {
    for (const name of Object.keys(document.components[kind])) {
      t.ok(used.has(`#/components/${kind}/${name}`), `${kind}/${name}`);
    }
  }
  const ids = operations().map(({ operation }) => operation.operationId);
  t.equal(new Set(ids).size, ids.length);
});

t.test('has the paths and methods that are served, and no others', async (t) => {
  const { app } = apiUnderTest();
  const served = app.ready().then(() => operations());
  for (const { path, method } of await served) {
    const url = path.replace('{id}', ':id');
    t.ok(app.hasRoute({ method: method === 'get' ? 'GET' : 'POST', url }), `${method} ${path}`);
  }
  t.strictSame(
    operations()
      .map(({ path, method }) => `${method} ${path}`)
      .sort(),
    Object.keys(STATUSES).sort(),
  );
  for (const [path, item] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    t.strictSame(
      (item.parameters ?? []).map(({ name }) => name),
      names,
    );
  }
});

t.test('has every status that can be answered, and no others', async (t) => {
  for (const { path, method, operation } of operations()) {
    const name = `${method} ${path}`;
    const expected = [...(STATUSES[name] ?? [])].map(String).sort();
    t.strictSame(Object.keys(operation.responses).sort(), expected, name);
  }
  const submit = document.paths['/v1/mails']?.post?.responses ?? {};
  for (const [refusal, { status }] of Object.entries(REFUSAL_ANSWERS)) {
    t.ok(submit[status], refusal);
  }
});

t.test('has the limits and the reasons of the code', async (t) => {
  t.match(document.components.schemas, {
    Mail: {
      additionalProperties: false,
      properties: { attachments: { maxItems: 50 }, headers: { maxProperties: 50 } },
    },
    Problem: { properties: { reason: { enum: [...PROBLEM_REASONS] } } },
    Attachment: { required: ['filename', 'content'], additionalProperties: false },
  });
});
