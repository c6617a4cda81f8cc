import { electDefault } from '@mailprovider/provider/default/elect-default';
import t from 'tap';

function provider(name: string, creationTimestamp: string, spec: object = { default: true }) {
  return {
    metadata: { name, uid: name, resourceVersion: '1', generation: 1, creationTimestamp },
    spec,
  };
}

const older = '2026-01-01T00:00:00Z';
const younger = '2026-01-02T00:00:00Z';

t.test('without a default none is elected', (t) => {
  t.equal(electDefault([], 'a'), undefined);
  t.equal(electDefault([provider('a', older, { default: false })], 'a'), undefined);
  t.equal(electDefault([provider('a', older, { default: true, disabled: true })], 'a'), undefined);
  t.end();
});

t.test(
  'of several the holder of the claim is elected, else the oldest, else the first by name',
  (t) => {
    const all = [provider('c', older), provider('b', older), provider('a', younger)];
    t.equal(electDefault(all, 'a'), 'a');
    t.equal(electDefault(all, 'gone'), 'b');
    t.equal(electDefault(all.slice(0, 1), undefined), 'c');
    t.equal(electDefault([provider('a', younger), provider('c', older)], undefined), 'c');
    t.end();
  },
);

t.test('a holder that is disabled or no longer default is not elected', (t) => {
  const other = provider('b', younger);
  t.equal(electDefault([provider('a', older, { default: true, disabled: true }), other], 'a'), 'b');
  t.equal(electDefault([provider('a', older, { default: false }), other], 'a'), 'b');
  t.equal(electDefault([provider('a', older, { default: 'true' }), other], 'a'), 'b');
  t.end();
});

t.test('one that is being deleted is not elected', (t) => {
  const metadata = { ...provider('a', older).metadata, deletionTimestamp: younger };
  const deleting = { ...provider('a', older), metadata };
  t.equal(electDefault([deleting, provider('b', younger)], 'a'), 'b');
  t.equal(electDefault([deleting], 'a'), undefined);
  t.end();
});

t.test('the order of the list makes no difference, and the list stays as it is', (t) => {
  const all = [provider('c', older), provider('b', older), provider('a', younger)];
  const names = () => all.map(({ metadata }) => metadata.name);
  const before = names();
  t.equal(electDefault(all, undefined), electDefault([...all].reverse(), undefined));
  t.strictSame(names(), before);
  t.end();
});
