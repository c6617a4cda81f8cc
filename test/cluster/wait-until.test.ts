import { waitUntil } from '@mailprovider/cluster/wait-until';
import t from 'tap';

const never = new AbortController().signal;

t.test('it asks again until there is no problem', async (t) => {
  const problems = ['one', 'two', undefined];
  const wait = { what: 'calm', timeoutMs: 10_000, signal: never };
  await waitUntil(async () => problems.shift(), wait);
  t.equal(problems.length, 0);
});

t.test('after the timeout the last problem is told', async (t) => {
  const waiting = waitUntil(async () => 'it storms', { what: 'calm', timeoutMs: 0, signal: never });
  await t.rejects(waiting, { message: 'calm not reached within 0 s: it storms' });
});

t.test('an abort ends it with the reason', async (t) => {
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = waitUntil(async () => 'it storms', { what: 'calm', timeoutMs: 60_000, signal });
  const reason = new Error('night fell');
  controller.abort(reason);
  await t.rejects(waiting, reason);
});
