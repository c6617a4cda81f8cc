import { sameValue } from '@mailprovider/provider/same-value';
import t from 'tap';

t.test('JSON values are equal by what they hold', (t) => {
  const value = { a: [1, 'x', null, { b: true }] };
  t.ok(sameValue(value, structuredClone(value)));
  t.ok(sameValue(undefined, undefined));
  for (const other of [
    { a: [1, 'x', null] },
    { a: value.a, c: 1 },
    { b: value.a },
    [value],
    null,
  ]) {
    t.notOk(sameValue(value, other), JSON.stringify(other));
  }
  t.notOk(sameValue([], {}));
  t.end();
});

t.test('no depth exhausts the stack', (t) => {
  const deep = () => JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  t.notOk(sameValue(deep(), deep()));
  t.end();
});
