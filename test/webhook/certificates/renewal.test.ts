import { X509Certificate } from 'node:crypto';
import type { Bundle } from '@mailprovider/webhook/certificates/bundle';
import { decodeBundle, encodeBundle, trustBundle } from '@mailprovider/webhook/certificates/bundle';
import { renew } from '@mailprovider/webhook/certificates/renew';
import { decideRenewal, type RenewalStep } from '@mailprovider/webhook/certificates/renewal';
import t from 'tap';

const DAY_MS = 24 * 60 * 60 * 1000;
const begin = new Date('2030-01-01T00:00:00Z');
const lifetimes = { authorityDays: 365, leafDays: 7 };
const names = ['localhost', '127.0.0.1'];

const at = (day: number) => new Date(begin.getTime() + day * DAY_MS);
const options = (day: number) => ({ now: at(day), lifetimes, names });

async function freshAt(day: number): Promise<Bundle> {
  return renew(undefined, 'start-over', options(day));
}

function step(bundle: Bundle | undefined, day: number, change: object = {}): RenewalStep {
  return decideRenewal(bundle, { ...options(day), nextIsTrusted: false, ...change });
}

t.test(
  'a leaf is renewed at two thirds of its life, and before it is used when ended',
  async (t) => {
    const bundle = await freshAt(0);
    t.equal(step(bundle, 0), 'none');
    t.equal(step(bundle, 4.66), 'none');
    t.equal(step(bundle, 4.67), 'issue-leaf');
    t.equal(step(bundle, 40), 'issue-leaf');
  },
);

t.test('a leaf is renewed when it lacks a name, or its life was set shorter', async (t) => {
  const bundle = await freshAt(0);
  t.equal(step(bundle, 0, { names: ['localhost', '127.0.0.2'] }), 'issue-leaf');
  t.equal(step(bundle, 0, { names: ['other.svc'] }), 'issue-leaf');
  t.equal(step(bundle, 0, { lifetimes: { authorityDays: 365, leafDays: 30 } }), 'issue-leaf');
});

t.test(
  'an authority is announced at two thirds of its life and promoted once trusted',
  async (t) => {
    const fresh = await freshAt(0);
    const soon = await renew(fresh, 'issue-leaf', options(243));
    t.equal(step(soon, 243.3), 'none');
    t.equal(step(soon, 243.4), 'announce-authority');
    const announced = await renew(fresh, 'announce-authority', options(244));
    t.equal(announced.leaf, fresh.leaf, 'it signs nothing yet');
    t.equal(step(announced, 244), 'issue-leaf', 'the old one signs meanwhile');
    t.equal(step(announced, 244, { nextIsTrusted: true }), 'promote-authority');
    t.equal(step(announced, 366), 'promote-authority', 'nobody trusts the old one any more');

    const promoted = await renew(announced, 'promote-authority', options(245));
    t.equal(promoted.authority, announced.next);
    t.equal(step(promoted, 245), 'none');
  },
);

t.test('when everything has ended it starts over', async (t) => {
  const announced = await renew(await freshAt(0), 'announce-authority', options(244));
  t.equal(step(await freshAt(0), 366), 'start-over');
  t.equal(step(announced, 700), 'start-over');
  t.equal(step(await freshAt(10), 0), 'start-over', 'made by a clock that was ahead');
  t.equal(step(undefined, 0), 'start-over');
});

t.test('a former authority is trusted until the last leaf it signed has ended', async (t) => {
  const trusts = (bundle: Bundle, pem: string) => trustBundle(bundle).includes(pem.trim());
  const fresh = await freshAt(0);
  const old = fresh.authority.certificatePem;
  const announced = await renew(fresh, 'announce-authority', options(1));
  t.ok(trusts(announced, old) && trusts(announced, announced.next?.certificatePem ?? 'none'));
  const promoted = await renew(announced, 'promote-authority', options(2));
  t.ok(trusts(promoted, old) && trusts(promoted, promoted.authority.certificatePem));
  const later = await renew(promoted, 'issue-leaf', options(6));
  t.equal(step(later, 6.9), 'none');
  t.equal(step(later, 7.1), 'forget-retired');
  const forgotten = await renew(later, 'forget-retired', options(7.1));
  t.strictSame(forgotten.retired, []);
  t.notOk(trusts(forgotten, old));
});

t.test(
  'no leaf outlives its authority, and none is issued again and again at its end',
  async (t) => {
    const fresh = await freshAt(0);
    const lastButOne = await renew(fresh, 'issue-leaf', options(357));
    t.equal(step({ ...lastButOne, next: fresh.authority }, 361.7), 'issue-leaf');
    const late = await renew(fresh, 'issue-leaf', options(363));
    const end = (pem = '') => new X509Certificate(pem).validTo;
    t.equal(end(late.leaf?.certificatePem), end(fresh.authority.certificatePem));
    const announced = await renew(late, 'announce-authority', options(363));
    t.equal(step(announced, 364.9), 'none');
  },
);

t.test('a bundle reads back as it was stored', async (t) => {
  const announced = await renew(await freshAt(0), 'announce-authority', options(1));
  const promoted = await renew(announced, 'promote-authority', options(2));
  for (const bundle of [announced, promoted]) {
    t.strictSame(decodeBundle(encodeBundle(bundle)), bundle);
  }
  t.equal(promoted.retired.length, 2, 'the former authority and its leaf');
  t.notMatch(promoted.retired.join(''), 'PRIVATE');
});

t.test('what is spoilt is left out, and nothing spoilt throws', async (t) => {
  const fresh = await freshAt(0);
  const announced = await renew(fresh, 'announce-authority', options(1));
  const other = await freshAt(0);
  const texts = encodeBundle(announced);
  const read = (change: object) => decodeBundle({ ...texts, ...change });
  const nonsense = [
    '',
    'nonsense',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  ];
  for (const text of [...nonsense, other.authority.keyPem, texts['ca.crt']?.slice(0, 300)]) {
    t.equal(read({ 'ca.crt': text }), undefined);
    t.equal(read({ 'ca.key': text }), undefined);
    t.match(read({ 'tls.key': text }), { leaf: undefined, authority: {} });
    t.match(read({ 'tls.crt': text }), { leaf: undefined, authority: {} });
    t.match(read({ 'next-ca.key': text }), { next: undefined, leaf: {} });
    const bundle = read({ 'retired.crt': text });
    t.strictSame(bundle?.retired, []);
    t.match(bundle, { leaf: {} });
  }
  const foreign = encodeBundle(other);
  t.match(read({ 'tls.crt': foreign['tls.crt'], 'tls.key': foreign['tls.key'] }), {
    leaf: undefined,
  });
  t.equal(
    read({ 'ca.crt': texts['tls.crt'], 'ca.key': texts['tls.key'] }),
    undefined,
    'no authority',
  );
  t.equal(decodeBundle({}), undefined);
});
