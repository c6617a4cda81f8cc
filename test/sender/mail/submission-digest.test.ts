import { digestOf } from '@mailprovider/sender/mail/submission-digest';
import fc from 'fast-check';
import t from 'tap';

/** The same value with the members of every object in the other order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
}

t.test('is the same for the same value, whatever the order of its members', async (t) => {
  const property = fc.property(fc.jsonValue(), (value) =>
    t.equal(digestOf(reversed(value)), digestOf(JSON.parse(JSON.stringify(value, undefined, 2)))),
  );
  fc.assert(property, { numRuns: 300 });
  t.equal(digestOf({ to: 'a', cc: undefined }), digestOf({ to: 'a' }));
});

t.test('differs for other values', async (t) => {
  const values = [
    {},
    [],
    null,
    '',
    'null',
    0,
    [1, 2],
    [2, 1],
    [[1], 2],
    { a: 1 },
    { a: '1' },
    { b: 1 },
  ];
  t.equal(new Set(values.map(digestOf)).size, values.length);
  t.match(digestOf({}), /^[0-9a-f]{64}$/);
});
