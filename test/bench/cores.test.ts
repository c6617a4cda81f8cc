import t from 'tap';
import { chooseCores, parseCoreList } from '#bench/measure/cores';

t.test('reads the lists of cores that taskset prints', async (t) => {
  t.strictSame(parseCoreList('0-3,8'), [0, 1, 2, 3, 8]);
  t.strictSame(parseCoreList('5'), [5]);
});

t.test('gives what is measured a core of its own', async (t) => {
  t.match(chooseCores([2, 3, 6, 7]), {
    measured: ['taskset', '-c', '7'],
    load: ['taskset', '-c', '2'],
    others: [2, 3, 6],
    description: 'core 7 only for what is measured',
  });
});

t.test('says that nothing is pinned where that cannot be done', async (t) => {
  for (const [cores, why] of [
    [[0], /NOT PINNED: .*second core/],
    [undefined, /NOT PINNED: .*taskset/],
  ] as const) {
    const chosen = chooseCores(cores);
    t.strictSame([...chosen.measured, ...chosen.load, ...chosen.others], []);
    t.match(chosen.description, why);
  }
});
