import { ClaimStamper, stampedClaim } from '@mailprovider/health/default/claim-stamp';
import { SeenUids } from '@mailprovider/health/default/seen-uids';
import type { ClaimReading } from '@mailprovider/kube';
import { Latest } from '@mailprovider/kube/cache/latest';
import { createLogger } from '@mailprovider/process';
import { type Claim, decideClaim } from '@mailprovider/provider/default/claim';
import t, { type Test } from 'tap';
import { ManualClock } from './manual-clock.ts';
import { providerObject } from './provider-object.ts';

const create: Claim = {
  holder: 'a',
  uid: 'uid-a',
  operation: 'CREATE',
  resourceVersion: '',
  takenAt: 0,
  retaken: false,
  seen: false,
};

t.test('stamps just the claims that a stamp frees', async (t) => {
  const foreign = { holder: 'b', uid: 'uid-b', operation: 'CREATE', resourceVersion: '' } as const;
  const frees = (claim: Claim) =>
    decideClaim(foreign, { claim, stored: [], now: 1, ttlMs: 90_000 }).outcome === 'take';
  const update: Claim = { ...create, operation: 'UPDATE', resourceVersion: '1' };
  for (const claim of [create, { ...create, retaken: true }, { ...create, seen: true }, update]) {
    const stamped = stampedClaim(claim, () => true);
    const helps = !frees(claim) && frees({ ...claim, seen: true });
    t.strictSame(stamped, helps ? { ...claim, seen: true } : undefined, JSON.stringify(claim));
  }
  t.equal(
    stampedClaim(create, () => false),
    undefined,
  );
  t.equal(
    stampedClaim('unreadable', () => true),
    undefined,
  );
  t.equal(
    stampedClaim(undefined, () => true),
    undefined,
  );
});

/** A claim store with versions, whose watch belongs to the test. */
function stamperFor(t: Test) {
  const clock = new ManualClock();
  const latest = new Latest<ClaimReading>();
  const seen = new SeenUids(clock);
  const faults: Error[] = [];
  let stored: ClaimReading = { claim: undefined, lease: undefined };
  const writes: boolean[] = [];
  const stamper = new ClaimStamper({
    latest,
    seen,
    clock,
    logger: createLogger('test', 'silent'),
    store: {
      read: async () => stored,
      async write(claim, over) {
        const fault = faults.shift();
        if (fault !== undefined) throw fault;
        const isCurrent = over === stored;
        if (isCurrent) stored = { claim, lease: undefined };
        writes.push(isCurrent);
        return isCurrent;
      },
    },
  });
  latest.listen(() => stamper.changed());
  t.teardown(() => stamper.close());
  const take = (claim: Claim, tell = true) => {
    stored = { claim, lease: undefined };
    if (tell) latest.tell(stored);
  };
  const see = (name: string) => {
    seen.stored(providerObject(name));
    stamper.changed();
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, take, see, settle, faults, writes, claim: () => stored.claim };
}

t.test('stamps whichever of claim and object is told first', async (t) => {
  for (const order of ['claim first', 'object first']) {
    const { take, see, settle, claim } = stamperFor(t);
    if (order === 'claim first') take(create);
    see('a');
    if (order === 'object first') take(create);
    await settle();
    t.strictSame(claim(), { ...create, seen: true }, order);
  }
});

t.test('writes once, also while the watch is silent about it', async (t) => {
  const { take, see, settle, writes } = stamperFor(t);
  take(create);
  for (const name of ['a', 'b', 'a', 'c']) {
    see(name);
    await settle();
  }
  t.strictSame(writes, [true]);
});

t.test('a claim that was taken meanwhile is read and decided on anew', async (t) => {
  const next = { ...create, holder: 'b', uid: 'uid-b' };
  for (const [claimed, seenStamp] of [
    [next, false],
    [{ ...create, takenAt: 5 }, true],
    [{ ...create, retaken: true }, false],
  ] as const) {
    const { take, see, settle, claim } = stamperFor(t);
    take(create);
    take(claimed, false);
    see('a');
    await settle();
    t.strictSame(claim(), { ...claimed, seen: seenStamp });
  }
});

t.test('a stamp that fails is tried again', async (t) => {
  const { clock, take, see, settle, faults, writes } = stamperFor(t);
  faults.push(new Error('500'));
  take(create);
  see('a');
  await settle();
  t.strictSame(writes, []);
  clock.advance(1_000);
  await settle();
  t.strictSame(writes, [true]);
});
