import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { specWithCredentials } from '../provider/minimal-spec.ts';
import { objectOf, reviewOf } from './review.ts';

export interface FuzzedRequest {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Strings that become raw JSON text, for what `JSON.stringify` never writes. */
const RAW = /"@raw(\d+)@"/g;
const RAW_TEXTS = [
  '9007199254740993',
  '1e400',
  '-0',
  '0.1e-999',
  '123456789012345678901234567890',
  '"\\ud800"',
  '"\\u0000\\r\\n\\u202e"',
  '{"a":1,"a":2,"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `${'{"smtp":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  '['.repeat(100_000),
  `"${'x'.repeat(100_000)}"`,
  `[${'0,'.repeat(20_000)}0]`,
  'NaN',
  "'x'",
  '',
];

const raw = fc.nat({ max: RAW_TEXTS.length - 1 }).map((index) => `@raw${index}@`);
const nasty = fc.oneof(
  raw,
  fc.constantFrom(null, true, false, '', ' ', 0, -1, 1e21, 65_536, [], {}, [null], [[]]),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 20 }).map((text) => text.repeat(1_000)),
  fc.constantFrom('smtp.example.com\r\nRCPT TO:<x>', '../../etc', '::1', 'a@b\u0000', '\uffff'),
  fc.jsonValue({ maxDepth: 4 }),
);
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '', 'spec', 'smtp', 'default'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

type Container = Record<string, unknown>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function containersIn(value: Container): Container[] {
  return [value, ...Object.values(value).filter(isContainer).flatMap(containersIn)];
}

function set(container: Container, name: string, value: unknown): void {
  // An assignment to `__proto__` would set no key.
  Object.defineProperty(container, name, {
    // The generator's own value must stay as it is.
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

const change = fc.record({
  kind: fc.constantFrom('replace', 'replace', 'replace', 'delete', 'add'),
  container: fc.nat(),
  field: fc.nat(),
  key,
  value: nasty,
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Changes one field anywhere in a review. */
function changed(review: Container, { kind, container, field, key, value }: Change) {
  const containers = containersIn(review);
  const chosen = containers[container % containers.length] ?? review;
  const names = Object.keys(chosen);
  const name = names[field % names.length];
  if (kind === 'add' || name === undefined) {
    set(chosen, Array.isArray(chosen) ? `${chosen.length}` : key, value);
  } else if (kind === 'delete' && !Array.isArray(chosen)) delete chosen[name];
  else set(chosen, name, value);
}

function fullReview(asDefault: boolean, isUpdate: boolean): Container {
  const spec = {
    ...specWithCredentials(),
    displayName: 'Relay',
    default: asDefault,
    retry: { count: 3, initialBackoffMs: 100, queueSize: 1_000 },
  };
  const object = objectOf(spec);
  const update = { operation: 'UPDATE', object, oldObject: objectOf({ ...spec, default: false }) };
  return structuredClone(reviewOf(isUpdate ? update : { object }));
}

const reviewText = fc
  .record({
    asDefault: fc.boolean(),
    isUpdate: fc.boolean(),
    changes: fc.array(change, { maxLength: 4 }),
  })
  .map(({ asDefault, isUpdate, changes }) => {
    const review = fullReview(asDefault, isUpdate);
    for (const one of changes) changed(review, one);
    return JSON.stringify(review).replace(RAW, (_, index) => RAW_TEXTS[Number(index)] ?? '');
  });

const reviewBytes = reviewText.map((text) => Buffer.from(text));

const rawBytes = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 500 }).map((text) => Buffer.from(text)),
  fc.tuple(reviewBytes, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1))),
  fc
    .tuple(reviewBytes, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 5 }))
    .map(([bytes, writes]) => {
      for (const [at, byte] of writes) bytes[at % bytes.length] = byte;
      return bytes;
    }),
  reviewBytes.map((bytes) => gzipSync(bytes, { level: 1 })),
);

const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, fc.constantFrom(...others));

/** A request to the webhook: mostly a review with some fields changed, sometimes any bytes. */
export const fuzzedRequest: fc.Arbitrary<FuzzedRequest> = fc
  .record({
    path: fc.constantFrom('/validate', '/mutate'),
    query: mostly('?timeout=5s', '', '?timeout=', '?timeout=-1s', '?%', `?${'a=1&'.repeat(500)}`),
    method: mostly('POST', 'PUT', 'DELETE', 'PATCH'),
    type: mostly('application/json', 'application/json; charset=utf-16', 'text/plain', ';', ''),
    encoding: mostly('', 'gzip', 'identity'),
    body: fc.oneof({ arbitrary: reviewBytes, weight: 4 }, rawBytes),
  })
  .map(({ path, query, method, type, encoding, body }) => ({
    path: path + query,
    method,
    headers: {
      'content-length': `${body.length}`,
      'content-type': type,
      ...(encoding === '' ? {} : { 'content-encoding': encoding }),
    },
    body,
  }));
