import { setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withDeadline } from '@mailprovider/process';
import t from 'tap';

setFlagsFromString('--expose_gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Work that ends only by its signal. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

t.test('every deadline comes, also after garbage was collected', async (t) => {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const works = Array.from({ length: 100 }, () => withDeadline(signal, 100, untilAborted));
  collectGarbage();
  const results = await Promise.allSettled(works);
  t.equal(results.filter(({ status }) => status === 'rejected').length, 100);
  t.match(results[0], { reason: { name: 'TimeoutError' } });
});

t.test('the parent aborts the work with its own reason, also from before', async (t) => {
  const parent = new AbortController();
  const work = withDeadline(parent.signal, 60_000, untilAborted);
  parent.abort(new Error('stop'));
  await t.rejects(work, { message: 'stop' });
  await t.rejects(
    withDeadline(parent.signal, 60_000, async (signal) => signal.throwIfAborted()),
    { message: 'stop' },
  );
});

t.test('work that ends is returned, and leaves no timer', async (t) => {
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  t.equal(await withDeadline(undefined, 60_000, async () => 'done'), 'done');
  const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  t.equal(after, before);
});
