import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { DEFAULT_SETTINGS } from '@mailprovider/sender/settings';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import t, { type Test } from 'tap';
import { FailingStore } from './failing-store.ts';
import { healthStatus } from './health-status.ts';
import { localSpec } from './local-spec.ts';
import { type ReceivingServer, receivingServer } from './receiving-server.ts';
import { type SenderUnderTest, senderUnderTest } from './sender-under-test.ts';

/** A mail that comes to its slow retries is not seen again by a test. */
const SLOW = { retry: { ...DEFAULT_SETTINGS.retry, slowInitialMs: 60_000 }, graceMs: 100 };
const NO_SLOW = { ...SLOW, retry: { ...SLOW.retry, slow: false } };
const RETRY = { count: 3, initialBackoffMs: 10, queueSize: 10_000 };

function spec({ port }: ReceivingServer, fields: Record<string, object | boolean> = {}): object {
  return localSpec(port, { default: false, retry: RETRY, ...fields });
}

function acceptMany({ accept }: SenderUnderTest, count: number, provider = 'primary') {
  return Promise.all(Array.from({ length: count }, () => accept({ provider })));
}

async function overFailingStore(t: Test) {
  let store: FailingStore | undefined;
  const over = (real: MailStore) => {
    store = new FailingStore(real);
    return store;
  };
  const under = await senderUnderTest(t, { settings: SLOW, over });
  if (store === undefined) throw new Error('no store');
  return { store, under };
}

t.test('a store that fails is spared by mails that could go elsewhere', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const { store, under } = await overFailingStore(t);
  const { declared, recorder } = under;
  await primary.down();
  declared.provider('primary', spec(primary, { fallbacks: ['fallback'] }), healthStatus('False'));
  declared.provider('fallback', spec(fallback));
  let calls = 0;
  store.fails = (call) => {
    if (call !== 'requeue') return false;
    calls += 1;
    if (calls > 10_000) throw new Error('asked without end');
    return true;
  };
  await acceptMany(under, 20);
  await setTimeout(500);
  t.ok(calls <= 200, `${calls} calls`);
  store.fails = () => false;
  await recorder.hasEnds(20);
  t.equal(fallback.received.length, 20);
});

t.test(
  'a fallback whose queue is full is passed over, and is not asked by each mail',
  async (t) => {
    const [primary, full, next] = [
      await receivingServer(t),
      await receivingServer(t),
      await receivingServer(t),
    ];
    const { store, under } = await overFailingStore(t);
    const { declared, recorder } = under;
    full.answer = (line) => (line === '.' ? 'hang' : undefined);
    declared.provider('full', spec(full, { retry: { ...RETRY, queueSize: 10 } }));
    await acceptMany(under, 10, 'full');
    const fallbacks = ['full', 'next'];
    declared.provider('primary', spec(primary, { fallbacks }), healthStatus('False'));
    declared.provider('next', spec(next));
    let calls = 0;
    store.fails = (call) => {
      if (call === 'requeue') calls += 1;
      return false;
    };
    await primary.down();
    await acceptMany(under, 300);
    await recorder.hasEnds(300);
    t.equal(next.received.length, 300);
    t.ok(calls <= 300 + 60, `${calls} calls`);
  },
);

t.test('without slow retries, too, the fallback comes before the dead letter', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const { declared, recorder, accept } = await senderUnderTest(t, { settings: NO_SLOW });
  declared.provider('primary', spec(primary, { fallbacks: ['fallback'] }));
  declared.provider('fallback', spec(fallback));
  await primary.down();
  const { id } = await accept({ provider: 'primary' });
  await recorder.hasEnds(1);
  t.match(recorder.ends, [{ id, state: 'sent', provider: 'fallback' }]);
});

t.test(
  'a fallback that is down as well leads to the next one before the slow retries',
  async (t) => {
    const [primary, first, second] = [
      await receivingServer(t),
      await receivingServer(t),
      await receivingServer(t),
    ];
    for (const settings of [SLOW, NO_SLOW]) {
      const options = { settings, folder: t.testdir() };
      const { declared, recorder, accept, close } = await senderUnderTest(t, options);
      declared.provider('primary', spec(primary, { fallbacks: ['first', 'second'] }));
      declared.provider('first', spec(first));
      declared.provider('second', spec(second));
      await Promise.all([primary.down(), first.down()]);
      const { id } = await accept({ provider: 'primary' });
      await recorder.hasEnds(1);
      t.match(recorder.ends, [{ id, state: 'sent', provider: 'second' }]);
      await close();
    }
  },
);

t.test('a throttled mail that waits at home goes to a fallback that works again', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const { declared, recorder, accept } = await senderUnderTest(t, { settings: SLOW });
  declared.provider('primary', spec(primary, { fallbacks: ['fallback'] }));
  declared.provider('fallback', spec(fallback), healthStatus('False'));
  primary.answer = (line) => (line.startsWith('MAIL') ? '450 4.7.1 slow down' : undefined);
  const { id } = await accept({ provider: 'primary' });
  await recorder.hasAttempts(4);
  declared.provider('fallback', spec(fallback), healthStatus('True'));
  await recorder.hasEnds(1);
  t.match(recorder.ends, [{ id, state: 'sent', provider: 'fallback' }]);
});

t.test('a fallback that is declared later takes what waits', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const { declared, recorder, accept } = await senderUnderTest(t, { settings: SLOW });
  declared.provider('primary', spec(primary, { fallbacks: ['fallback'] }));
  await primary.down();
  await accept({ provider: 'primary' });
  await recorder.hasAttempts(4);
  declared.provider('fallback', spec(fallback));
  await recorder.hasEnds(1);
  t.equal(fallback.received.length, 1);
});

t.test('the rate of a fallback is used up as long as the primary is down', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const under = await senderUnderTest(t, { settings: SLOW });
  const { declared, recorder } = under;
  declared.provider('primary', spec(primary, { fallbacks: ['fallback'] }));
  const rateLimit = { messages: 10, periodSeconds: 1 };
  declared.provider('fallback', spec(fallback, { rateLimit }));
  await primary.down();
  const begin = performance.now();
  await acceptMany(under, 40);
  await recorder.hasEnds(40);
  const took = performance.now() - begin;
  t.ok(took < 8_000, `took ${took} ms`);
  t.equal(fallback.received.length, 40);
});

t.test('a backlog does not wait for a server that health finds to fail', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const under = await senderUnderTest(t, { settings: SLOW });
  const { declared, recorder } = under;
  declared.provider('primary', spec(primary));
  primary.answer = (line) => (line === 'connect' ? 'hang' : undefined);
  await acceptMany(under, 500);
  const hanging = primary.seen.connections;
  declared.provider('fallback', spec(fallback));
  declared.provider('primary', spec(primary, { disabled: true, fallbacks: ['fallback'] }));
  await recorder.hasEnds(500);
  t.ok(recorder.attempts.length <= 500 + 30, `${recorder.attempts.length} attempts`);
  t.ok(primary.seen.connections <= hanging);
});

t.test('a mail stays in its queue when it cannot be cancelled', async (t) => {
  const server = await receivingServer(t);
  let between = async () => {};
  const over = (real: MailStore) => {
    const store = new FailingStore(real);
    store.find = async (id) => {
      const found = await real.find(id);
      await between();
      return found;
    };
    return store;
  };
  const under = await senderUnderTest(t, { over, settings: { ...SLOW } });
  const { declared, recorder, accept, sender } = under;
  declared.provider('primary', spec(server));
  await server.down();
  const { id } = await accept({ provider: 'primary' });
  await recorder.hasAttempts(1);
  between = async () => {
    between = async () => {};
    await recorder.hasAttempts(4);
  };
  t.match(await sender.cancel(id), { kind: 'conflict' });
  await server.up();
  declared.provider('primary', spec(server, { sender: { address: 'other@example.com' } }));
  await recorder.hasEnds(1);
  t.match(recorder.ends, [{ id, state: 'sent' }]);
});

t.test('a dead letter that is retried is tried, also if its provider is gone', async (t) => {
  const server = await receivingServer(t);
  const folder = t.testdir();
  const first = await senderUnderTest(t, { folder });
  first.declared.provider('gone', spec(server));
  server.answer = (line) => (line.startsWith('RCPT') ? '550 5.1.1 no' : undefined);
  const { id } = await first.accept({ provider: 'gone' });
  await first.recorder.hasEnds(1);
  await first.close();
  const second = await senderUnderTest(t, { folder });
  t.match(await second.sender.retry(id), { kind: 'changed' });
  await second.recorder.hasAttempts(1);
  t.match(await second.sender.find(id), { recipients: [{ reason: 'ProviderNotFound' }] });
});

t.test('a backlog of thousands goes through a fallback within seconds', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const under = await senderUnderTest(t, { settings: SLOW });
  const { declared, recorder } = under;
  declared.provider('primary', spec(primary));
  await primary.down();
  for (let index = 0; index < 10; index += 1) await acceptMany(under, 500);
  declared.provider('fallback', spec(fallback));
  const begin = performance.now();
  declared.provider('primary', spec(primary, { fallbacks: ['fallback'] }));
  while (recorder.reroutings.length < 5_000) await once(recorder.news, 'rerouted');
  const moved = performance.now() - begin;
  t.ok(moved < 15_000, `moved within ${moved} ms`);
  await recorder.hasEnds(5_000);
  t.equal(fallback.received.length, 5_000);
});

t.test('a backlog at a fallback that fails does not hold up the process', async (t) => {
  const [primary, fallback] = [await receivingServer(t), await receivingServer(t)];
  const folder = t.testdir();
  const first = await senderUnderTest(t, { settings: SLOW, folder });
  first.declared.provider(
    'primary',
    spec(primary, { fallbacks: ['fallback'] }),
    healthStatus('False'),
  );
  const retry = { ...RETRY, initialBackoffMs: 60_000 };
  first.declared.provider('fallback', spec(fallback, { retry }));
  fallback.answer = (line) => (line.startsWith('RCPT') ? '450 4.2.0 later' : undefined);
  for (let index = 0; index < 20; index += 1) await acceptMany(first, 500);
  while (first.recorder.reroutings.length < 10_000) await once(first.recorder.news, 'rerouted');
  await first.close();
  const second = await senderUnderTest(t, { settings: SLOW, folder, declared: unwell() });
  let longest = 0;
  let last = performance.now();
  for (let index = 0; index < 30; index += 1) {
    await setTimeout(10);
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }
  t.ok(longest < 1_000, `the event loop was held up ${longest} ms`);
  await second.close();

  function unwell() {
    const { declared } = first;
    declared.provider('fallback', spec(fallback, { retry }), healthStatus('False'));
    return declared;
  }
});
