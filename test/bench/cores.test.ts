import t from 'tap';
import { chooseCores, parseCoreList } from '#bench/cores';

t.test('reads the lists of cores that taskset prints', async (t) => {
  t.strictSame(parseCoreList('0-3,8'), [0, 1, 2, 3, 8]);
  t.strictSame(parseCoreList('5'), [5]);
});

t.test('gives the webhook one core and the load another', async (t) => {
  t.match(chooseCores([2, 3, 6, 7]), {
    webhook: ['taskset', '-c', '7'],
    load: ['taskset', '-c', '2'],
    description: 'each webhook alone on core 7, load from core 2',
  });
});

t.test('says that nothing is pinned where that cannot be done', async (t) => {
  for (const [cores, why] of [
    [[0], /NOT PINNED: .*second core/],
    [undefined, /NOT PINNED: .*taskset/],
  ] as const) {
    const chosen = chooseCores(cores);
    t.strictSame([...chosen.webhook, ...chosen.load], []);
    t.match(chosen.description, why);
  }
});
