import { type Claim, decideClaim } from '@mailprovider/provider/default/claim';
import t from 'tap';

const TTL = 90_000;
const NOW = 1_000_000;
const request = { holder: 'b', uid: 'u-b', operation: 'CREATE', resourceVersion: '' } as const;

function claim(fields: Partial<Claim> = {}): Claim {
  return {
    ...{ holder: 'a', uid: 'u-a', operation: 'CREATE', resourceVersion: '' },
    ...{ takenAt: NOW - 10_000, retaken: false, seen: false },
    ...fields,
  };
}

function decide(stored: Claim | undefined, objects: readonly [string, string, string][] = []) {
  const versions = objects.map(([name, uid, resourceVersion]) => ({ name, uid, resourceVersion }));
  return decideClaim(request, { claim: stored, stored: versions, now: NOW, ttlMs: TTL });
}

const taken = { outcome: 'take', claim: { ...request, takenAt: NOW, retaken: false, seen: false } };
const wait = { outcome: 'wait', holder: 'a', waitMs: 80_000 };

t.test('a create blocks until its object was seen', (t) => {
  t.strictSame(decide(undefined), taken);
  t.strictSame(decide(claim()), wait);
  t.strictSame(decide(claim(), [['a', 'another', '1']]), wait);
  t.strictSame(decide(claim(), [['a', 'u-a', '1']]), taken);
  t.strictSame(decide(claim({ seen: true })), taken);
  t.end();
});

t.test('an update blocks while its object is the one it would be written over', (t) => {
  const update = claim({ operation: 'UPDATE', resourceVersion: '7' });
  t.strictSame(decide(update, [['a', 'u-a', '7']]), wait);
  t.strictSame(decide(update, [['a', 'u-a', '8']]), taken);
  t.strictSame(decide(update, [['a', 'another', '7']]), taken);
  t.strictSame(decide(update), taken);
  t.end();
});

t.test('time frees every claim, and nothing else frees a retaken one', (t) => {
  t.strictSame(decide(claim({ takenAt: NOW - TTL })), { ...wait, waitMs: 0 });
  t.strictSame(decide(claim({ takenAt: NOW - TTL - 1 })), taken);
  t.strictSame(decide(claim({ retaken: true, seen: true }), [['a', 'u-a', '1']]), wait);
  t.strictSame(decide(claim({ retaken: true, takenAt: NOW - TTL - 1 })), taken);
  t.end();
});

t.test('a holder takes its own claim again, and that is remembered', (t) => {
  t.match(decide(claim({ holder: 'b' })), { outcome: 'take', claim: { retaken: true } });
  t.match(decide(claim({ holder: 'b', seen: true })), {
    outcome: 'take',
    claim: { retaken: false },
  });
  t.match(decide(claim({ holder: 'b', seen: true, retaken: true })), { claim: { retaken: true } });
  t.end();
});

t.test('a claim from the future, of a clock that runs ahead, is not spent', (t) => {
  t.match(decide(claim({ takenAt: NOW + 5_000 })), { outcome: 'wait', waitMs: 95_000 });
  t.end();
});
