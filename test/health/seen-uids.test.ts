import { SeenUids } from '@mailprovider/health/default/seen-uids';
import t from 'tap';
import { ManualClock } from './manual-clock.ts';
import { providerObject } from './provider-object.ts';

const a1 = providerObject('a', { uid: 'a1' });
const a2 = providerObject('a', { uid: 'a2' });
const b = providerObject('b', { uid: 'b' });

function seenBy(tell: (seen: SeenUids) => void) {
  const clock = new ManualClock();
  const seen = new SeenUids(clock);
  tell(seen);
  return { clock, seen };
}

t.test('knows what is stored, and by that name only', async (t) => {
  const { seen } = seenBy((seen) => seen.stored(a1));
  t.ok(seen.has('a', 'a1'));
  t.notOk(seen.has('a', 'a2'));
  t.notOk(seen.has('b', 'a1'));
});

t.test('knows for ten minutes what is gone, however it went', async (t) => {
  for (const [how, tell] of [
    ['deleted', (seen: SeenUids) => seen.deleted(a1)],
    ['made anew under the same name', (seen: SeenUids) => seen.stored(a2)],
    ['no more in the list', (seen: SeenUids) => seen.replaced([b])],
    ['another one in the list', (seen: SeenUids) => seen.replaced([a2])],
  ] as const) {
    const { clock, seen } = seenBy((seen) => seen.replaced([a1]));
    tell(seen);
    clock.advance(600_000);
    t.ok(seen.has('a', 'a1'), how);
    clock.advance(1);
    seen.deleted(b);
    t.notOk(seen.has('a', 'a1'), how);
  }
});

t.test('knows what was only ever told to be deleted', async (t) => {
  const { seen } = seenBy((seen) => seen.deleted(a1));
  t.ok(seen.has('a', 'a1'));
});

t.test('what is stored is known however long ago it was told', async (t) => {
  const { clock, seen } = seenBy((seen) => seen.stored(a1));
  clock.advance(86_400_000);
  seen.deleted(b);
  t.ok(seen.has('a', 'a1'));
});

t.test('remembers no more than 20,000 that are gone, and drops the oldest', async (t) => {
  const { seen } = seenBy((seen) => {
    for (let index = 0; index <= 20_000; index += 1) {
      seen.deleted(providerObject('x', { uid: `x${index}` }));
    }
  });
  t.notOk(seen.has('x', 'x0'));
  t.ok(seen.has('x', 'x1'));
});
