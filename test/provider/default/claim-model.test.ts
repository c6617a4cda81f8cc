import t from 'tap';
import { ClaimModel, type Variant } from './claim-model.ts';

function explored(variant: Variant) {
  const found = { two: false, a: false, b: false, states: 0 };
  found.states = new ClaimModel(variant).explore(({ a, b }) => {
    found.a ||= a?.isDefault === true;
    found.b ||= b?.isDefault === true;
    found.two = a?.isDefault === true && b?.isDefault === true;
    return !found.two;
  });
  return found;
}

t.test('no sequence of steps stores two defaults', (t) => {
  const { two, a, b, states } = explored({});
  t.equal(two, false);
  t.ok(a && b, 'each can become the default');
  t.ok(states > 1_000_000, `in ${states} states`);
  t.end();
});

const BROKEN: Readonly<Record<string, Variant>> = {
  'a claim that ends before its request': { ttl: 0 },
  'a claim released inside admission': { releaseInAdmission: true },
  'a holder that does not write its claim again': { sameHolderNotRewriting: true },
  'a default without a claim that is ignored': { unclaimedDefaultIgnored: true },
  'a retaken claim freed by evidence': { retakenFreedByEvidence: true },
  'evidence from before the claim': { evidenceFromBeforeTheClaim: true },
};

for (const [what, variant] of Object.entries(BROKEN)) {
  t.test(`${what} lets two defaults be stored`, (t) => {
    t.equal(explored(variant).two, true);
    t.end();
  });
}
