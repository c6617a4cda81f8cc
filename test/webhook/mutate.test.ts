import { type AddOperation, jsonPointer } from '@mailprovider/webhook/admission/json-patch';
import { mutate } from '@mailprovider/webhook/admission/mutate';
import fc from 'fast-check';
import t from 'tap';

const context = { credentialsNamespace: 'mail' };

/** Adds a member to an object as RFC 6902 section 4.1 has it: the parent must exist. */
function applied(document: object, { path, value }: AddOperation): object {
  const copy = structuredClone(document);
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop();
  let parent: unknown = copy;
  for (const key of keys) {
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) {
      throw new Error(`${path}: no parent ${key}`);
    }
    parent = Reflect.get(parent, key);
  }
  if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) {
    throw new Error(`${path}: the parent is no object`);
  }
  if (last === undefined || Object.hasOwn(parent, last)) throw new Error(`${path}: is there`);
  Object.defineProperty(parent, last, { value, enumerable: true, writable: true });
  return copy;
}

const anything = fc.jsonValue({ maxDepth: 3 });
/** An object in which each of these fields is absent, as it should be, or anything. */
function fields(shape: Record<string, fc.Arbitrary<unknown>>) {
  const model = Object.fromEntries(
    Object.entries(shape).map(([key, value]) => [
      key,
      fc.oneof({ arbitrary: value, weight: 4 }, anything),
    ]),
  );
  return fc.record(model, { requiredKeys: [] });
}

const retry = fields({ count: fc.nat(), initialBackoffMs: fc.nat(), queueSize: fc.nat() });
const passwordRef = fields({ name: fc.string(), namespace: fc.string(), key: fc.string() });
const smtp = fields({ host: fc.string(), port: fc.nat(), passwordRef });
const providerLike = fields({
  metadata: fields({ name: fc.string() }),
  spec: fields({ smtp, retry }),
});
const objects = fc
  .oneof({ arbitrary: providerLike, weight: 9 }, anything)
  // Through JSON, as a real object comes: `__proto__` is a key there like any other.
  .map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value): value is Record<string, unknown> => {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  });

const runs = { numRuns: 2_000 };

t.test(
  'every patch applies to the object it was made for, and changes nothing that is there',
  async () => {
    fc.assert(
      fc.property(objects, (object) => {
        // Throws where it does not apply.
        mutate({ object }, context).reduce<object>(applied, object);
      }),
      runs,
    );
  },
);

t.test('what was mutated needs no second mutation', async (t) => {
  let patches = 0;
  fc.assert(
    fc.property(objects, (object) => {
      const patch = mutate({ object }, context);
      patches += Math.min(patch.length, 1);
      const mutated = patch.reduce<object>(applied, object);
      return mutate({ object: { ...mutated } }, context).length === 0;
    }),
    runs,
  );
  t.ok(patches > runs.numRuns / 10, 'and many of the objects did need the first');
});

t.test('an object without a spec of its own kind is left as it is', async (t) => {
  for (const object of [undefined, {}, { spec: null }, { spec: [] }, { spec: 'x' }]) {
    t.strictSame(mutate({ object }, context), []);
  }
});

t.test('a path is written as a JSON pointer', async (t) => {
  t.equal(jsonPointer(['a/b', 'c~d', '']), '/a~1b/c~0d/');
});
