import { WorkQueue } from '@mailprovider/health/work-queue';
import t from 'tap';
import { ManualClock } from './manual-clock.ts';

/** A queue whose work ends when the test says so. */
function controlledQueue(concurrency: number) {
  const clock = new ManualClock();
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  const leave = new Map<string, () => void>();
  const queue = new WorkQueue({
    concurrency,
    clock,
    work: (key, leavePlace) =>
      new Promise((resolve) => {
        started.push(key);
        finish.set(key, resolve);
        leave.set(key, leavePlace);
      }),
  });
  /** A few keys begin in a turn of the event loop. */
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, clock, started, settle, finish: (key: string) => finish.get(key)?.(), leave };
}

t.test('works on no more keys at once than it may', async (t) => {
  const { queue, started, settle, finish } = controlledQueue(2);
  for (const key of ['a', 'b', 'c', 'a']) queue.add(key);
  await settle();
  t.strictSame(started, ['a', 'b']);
  finish('a');
  await settle();
  t.strictSame(started, ['a', 'b', 'c']);
  finish('b');
  await settle();
  t.strictSame(started, ['a', 'b', 'c', 'a']);
});

t.test('a key that changes while it runs, runs once more and never twice at once', async (t) => {
  const { queue, started, settle, finish } = controlledQueue(5);
  queue.add('a');
  await settle();
  for (let i = 0; i < 3; i += 1) queue.add('a');
  await settle();
  t.strictSame(started, ['a']);
  finish('a');
  await settle();
  t.strictSame(started, ['a', 'a']);
  finish('a');
  await settle();
  t.strictSame(started, ['a', 'a']);
});

t.test('the earlier of two times counts, and adding replaces both', async (t) => {
  const { queue, clock, started, settle } = controlledQueue(5);
  queue.addAfter('a', 100);
  queue.addAfter('a', 200);
  t.strictSame(clock.pending, [100]);
  queue.addAfter('a', 50);
  t.strictSame(clock.pending, [50]);
  queue.add('a');
  t.strictSame(clock.pending, []);
  await settle();
  t.strictSame(started, ['a']);
});

t.test('a waiting key runs at its time', async (t) => {
  const { queue, clock, started, settle } = controlledQueue(5);
  queue.addAfter('a', 100);
  clock.advance(99);
  await settle();
  t.strictSame(started, []);
  clock.advance(1);
  await settle();
  t.strictSame(started, ['a']);
});

t.test('a removed key does not run again', async (t) => {
  const { queue, clock, started, settle, finish } = controlledQueue(5);
  queue.add('a');
  await settle();
  queue.add('a');
  queue.remove('a');
  finish('a');
  queue.addAfter('b', 10);
  queue.remove('b');
  clock.advance(10);
  await settle();
  t.strictSame(started, ['a']);
});

t.test('closing waits for what runs and starts nothing more', async (t) => {
  const { queue, clock, started, settle, finish } = controlledQueue(1);
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 10);
  await settle();
  let closed = false;
  const closing = queue.close().then(() => {
    closed = true;
  });
  await settle();
  t.equal(closed, false);
  finish('a');
  await closing;
  queue.add('d');
  await settle();
  t.strictSame(started, ['a']);
  t.strictSame(clock.pending, []);
});

t.test(
  'a key that leaves its place makes way, and is still not worked on twice at once',
  async (t) => {
    const { queue, started, settle, finish, leave } = controlledQueue(1);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await settle();
    leave.get('a')?.();
    leave.get('a')?.();
    await settle();
    t.strictSame(started, ['a', 'b'], 'one makes way for one');
    queue.add('a');
    finish('b');
    await settle();
    t.strictSame(started, ['a', 'b', 'c']);
    finish('c');
    await settle();
    t.strictSame(started, ['a', 'b', 'c']);
    finish('a');
    await settle();
    t.strictSame(started, ['a', 'b', 'c', 'a']);
  },
);

t.test('in one turn of the event loop three keys begin', async (t) => {
  const { queue, started } = controlledQueue(100);
  for (let i = 0; i < 50; i += 1) queue.add(String(i));
  for (let turn = 1; turn <= 10; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    t.ok(started.length <= 3 * (turn + 1), `${started.length} began in ${turn} turns`);
  }
});

t.test('who waits until all have begun waits so long at most', async (t) => {
  const { queue, clock, settle, finish } = controlledQueue(1);
  let told = 0;
  const wait = () =>
    queue.begun(1_000, new AbortController().signal).then(() => {
      told += 1;
    });
  await wait();
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await settle();
  void wait();
  finish('a');
  await settle();
  t.equal(told, 1, 'one waits to begin');
  finish('b');
  await settle();
  t.equal(told, 2);
  queue.add('d');
  void wait();
  clock.advance(1_000);
  await settle();
  t.equal(told, 3);
  t.strictSame(clock.pending, []);
  queue.add('e');
  const last = wait();
  finish('c');
  await settle();
  finish('d');
  await settle();
  finish('e');
  await queue.close();
  await last;
});

t.test('a step of the wall clock makes no key late', async (t) => {
  const { queue, clock, started, settle } = controlledQueue(1);
  queue.addAfter('a', 300_000);
  clock.setWallClock(clock.now().getTime() + 3_600_000);
  queue.addAfter('a', 30_000);
  clock.advance(30_000);
  await settle();
  t.strictSame(started, ['a']);
});
