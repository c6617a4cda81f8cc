import { setTimeout } from 'node:timers/promises';
import { type MailStore, StoreError } from '@mailprovider/sender/store/mail-store';
import t, { type Test } from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { FailingStore } from './failing-store.ts';
import { localSpec } from './local-spec.ts';
import { receivingServer } from './receiving-server.ts';
import { senderUnderTest } from './sender-under-test.ts';

async function withFailingStore(t: Test, spec = {}) {
  const server = await receivingServer(t);
  let store: FailingStore | undefined;
  const under = await senderUnderTest(t, {
    over: (real) => {
      store = new FailingStore(real);
      return store;
    },
  });
  under.declared.provider('first', localSpec(server.port, spec));
  if (store === undefined) throw new Error('no store');
  return { server, store, ...under };
}

t.test('while the store takes nothing, the server is not called again and again', async (t) => {
  const { server, store, accept, recorder } = await withFailingStore(t);
  store.fails = (call) => call === 'update';
  await Promise.all(Array.from({ length: 200 }, () => accept()));
  await setTimeout(500);
  // Ten attempts at once, and one after each of the pauses of 100, 200 and 400 ms.
  t.ok(server.seen.connections <= 10 + 4, `${server.seen.connections} connections`);
  store.fails = () => false;
  await recorder.hasEnds(200);
  t.equal(server.received.length, 200);
});

t.test('mails that wait for a server survive that one of them cannot be read', async (t) => {
  const { server, store, accept, recorder, sender } = await withFailingStore(t);
  await server.down();
  let reads = 0;
  store.fails = (call) => call === 'find' && ++reads === 8;
  await Promise.all(Array.from({ length: 20 }, () => accept()));
  await recorder.hasAttempts(20);
  await server.up();
  await recorder.hasEnds(20);
  t.equal(server.received.length, 20);
  t.equal((await sender.readings())[0]?.depth, 0);
});

t.test(
  'many outcomes wait for the store without a warning, and are stored once it is back',
  async (t) => {
    const { server, store, accept, recorder } = await withFailingStore(t);
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    t.teardown(() => process.off('warning', listen));
    store.fails = (call, { dataStarted }) => call === 'update' && !dataStarted;
    await Promise.all(Array.from({ length: 20 }, () => accept()));
    await server.has(20);
    await setTimeout(100);
    store.fails = () => false;
    await recorder.hasEnds(20);
    t.same(warnings, []);
    t.equal(server.received.length, 20, 'none is sent twice');
  },
);

t.test('a start that the store fails leaves nothing that delivers', async (t) => {
  const server = await receivingServer(t);
  const folder = t.testdir();
  const first = await senderUnderTest(t, { folder });
  const { declared } = first;
  const retry = { initialBackoffMs: 60_000 };
  declared.provider('first', localSpec(server.port, { retry }));
  server.answer = (line) => (line.startsWith('RCPT') ? '450 4.2.0 later' : undefined);
  await first.accept();
  await first.recorder.hasAttempts(1);
  await first.close();
  let real: MailStore | undefined;
  const over = (store: MailStore) => {
    real = store;
    const failing = new FailingStore(store);
    failing.readings = async () => {
      throw new StoreError('StoreUnavailable', 'the store fails');
    };
    return failing;
  };
  const clock = new ManualClock();
  await t.rejects(senderUnderTest(t, { folder, declared, clock, over }), StoreError);
  t.equal(declared.listeners, 0);
  t.same(clock.pending, []);
  await real?.close();
});

t.test('a mail whose content is gone becomes a dead letter', async (t) => {
  const server = await receivingServer(t);
  const { declared, recorder, accept } = await senderUnderTest(t, {
    over: (store) => {
      const losing = new FailingStore(store);
      losing.content = async () => undefined;
      return losing;
    },
  });
  declared.provider('first', localSpec(server.port));
  await accept();
  await recorder.hasEnds(1);
  t.match(recorder.ends, [
    { state: 'dead', recipients: [{ outcome: 'rejected', reason: 'ContentLost' }] },
  ]);
  t.equal(server.seen.connections, 0);
});

t.test('a mail that a slow store gives out after the grace is not begun', async (t) => {
  const server = await receivingServer(t);
  let asked = () => {};
  let answer = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const { declared, accept, close } = await senderUnderTest(t, {
    settings: { graceMs: 20 },
    over: (store) => {
      const slow = new FailingStore(store);
      slow.content = async (id) => {
        asked();
        await mayAnswer;
        return store.content(id);
      };
      return slow;
    },
  });
  declared.provider('first', localSpec(server.port));
  await accept();
  await isAsked;
  const closed = close();
  await setTimeout(100);
  answer();
  await closed;
  t.equal(server.seen.connections, 0);
});
