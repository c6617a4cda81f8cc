import { CommitQueue, type Transact } from '@mailprovider/sender/store/commit-queue';
import { StoreError } from '@mailprovider/sender/store/mail-store';
import t from 'tap';

/** Notes in which transactions changes were applied; a commit fails as often as told. */
function transactions(...failures: Error[]) {
  const applied: string[][] = [];
  const transact: Transact = async (write) => {
    applied.push([]);
    write();
    await Promise.resolve();
    const failure = failures.shift();
    if (failure) throw failure;
  };
  const note = (name: string) => () => {
    applied.at(-1)?.push(name);
    return name;
  };
  return { applied, note, queue: new CommitQueue(transact) };
}

t.test('what comes during a commit is committed together, in its order', async (t) => {
  const { applied, note, queue } = transactions();
  const results = await Promise.all(['a', 'b', 'c'].map((name) => queue.commit(note(name))));
  t.same(results, ['a', 'b', 'c']);
  t.same(applied, [['a'], ['b', 'c']]);
});

t.test('a transaction has at most 200 changes', async (t) => {
  const { applied, note, queue } = transactions();
  await Promise.all(Array.from({ length: 500 }, () => queue.commit(note('x'))));
  t.same(
    applied.map(({ length }) => length),
    [1, 200, 200, 99],
  );
});

t.test('a change that throws rejects alone', async (t) => {
  const { applied, note, queue } = transactions();
  const first = queue.commit(note('first'));
  const good = queue.commit(note('good'));
  const bad = queue.commit(() => {
    throw new Error('bad');
  });
  const better = queue.commit(note('better'));
  await t.rejects(bad, { message: 'bad' });
  t.same(await Promise.all([first, good, better]), ['first', 'good', 'better']);
  t.same(applied, [['first'], ['good'], ['good', 'better']]);
});

t.test('without room for all, what adds no mail is committed', async (t) => {
  const full = new StoreError('StoreFull', 'no room');
  const { note, queue } = transactions(full, full);
  const first = queue.commit(note('first'));
  const adding = queue.commit(note('adding'), { adds: true });
  const changing = queue.commit(note('changing'));
  await t.rejects(first, full);
  await t.rejects(adding, full);
  t.equal(await changing, 'changing');
});

t.test('a commit that fails rejects all of it, and the next goes on', async (t) => {
  const failure = new StoreError('StoreUnavailable', 'disk');
  const { note, queue } = transactions(failure);
  await t.rejects(queue.commit(note('a')), failure);
  t.equal(await queue.commit(note('b')), 'b');
  await queue.idle();
});
