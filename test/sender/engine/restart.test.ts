import { DEFAULT_SETTINGS } from '@mailprovider/sender/settings';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import t from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { greetAndOffer, hear, say, scriptedPeer } from '../../smtp/scripted-peer.ts';
import { localSpec } from './local-spec.ts';
import { hangAt, receivingServer } from './receiving-server.ts';
import { senderUnderTest } from './sender-under-test.ts';

t.test(
  '500 queued mails survive a stop: what was sent and what is kept are all of them',
  async (t) => {
    const server = await receivingServer(t);
    const folder = t.testdir();
    const first = await senderUnderTest(t, { folder });
    const { declared } = first;
    declared.provider('first', localSpec(server.port));
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => first.accept({ subject: `${index}` })),
    );
    await server.has(1);
    await first.close();
    const sent = server.received.length;
    const store = await openLmdbStore(folder);
    const { mails } = await store.list('queued', { limit: 1_000 });
    await store.close();
    t.equal(sent + mails.length, 500);
    t.ok(
      mails.every(({ dataStarted }) => !dataStarted),
      'nothing is left half-way',
    );

    const second = await senderUnderTest(t, { folder, declared });
    await second.recorder.hasEnds(mails.length);
    const ids = new Set(
      server.received.map(({ content }) => /Message-ID: (.*)\r/.exec(content)?.[1]),
    );
    t.equal(ids.size, 500);
    t.equal(server.received.length, 500);
  },
);

t.test('a mail whose turn is later keeps its turn across a restart', async (t) => {
  const server = await receivingServer(t);
  const folder = t.testdir();
  const first = await senderUnderTest(t, { folder });
  const { declared } = first;
  declared.provider('first', localSpec(server.port, { retry: { initialBackoffMs: 60_000 } }));
  server.answer = (line) => (line.startsWith('RCPT') ? '450 4.2.0 later' : undefined);
  const { id } = await first.accept();
  await first.recorder.hasAttempts(1);
  await first.close();
  server.answer = () => undefined;
  const second = await senderUnderTest(t, { folder, declared });
  t.match(await second.sender.find(id), { state: 'queued', attempts: 1 });
  t.equal((await second.sender.readings())[0]?.depth, 1);
  await second.accept();
  await second.recorder.hasEnds(1);
  t.equal(server.received.length, 1, 'the new one overtakes it');
});

t.test('a mail that waited for a server that was down is tried at a start', async (t) => {
  const server = await receivingServer(t);
  const folder = t.testdir();
  const first = await senderUnderTest(t, { folder });
  const { declared } = first;
  declared.provider('first', localSpec(server.port, { retry: { initialBackoffMs: 60_000 } }));
  await server.down();
  await first.accept();
  await first.recorder.hasAttempts(1);
  await first.close();
  await server.up();
  const second = await senderUnderTest(t, { folder, declared });
  await second.recorder.hasEnds(1);
  t.equal(server.received.length, 1);
});

t.test('a mail that a wrong clock put off for a year waits no longer than a pause', async (t) => {
  const server = await receivingServer(t);
  const folder = t.testdir();
  const first = await senderUnderTest(t, { folder });
  const { declared } = first;
  declared.provider('first', localSpec(server.port, { retry: { initialBackoffMs: 60_000 } }));
  server.answer = (line) => (line.startsWith('RCPT') ? '450 4.2.0 later' : undefined);
  await first.accept();
  await first.recorder.hasAttempts(1);
  await first.close();
  server.answer = () => undefined;
  const clock = new ManualClock();
  clock.setWallClock(Date.now() - 365 * 86_400_000);
  const second = await senderUnderTest(t, { folder, declared, clock });
  clock.advance(60_000);
  await second.recorder.hasEnds(1);
  t.equal(server.received.length, 1);
});

t.test('after the grace a server that hangs is left, and its mail is kept', async (t) => {
  const server = await receivingServer(t);
  const folder = t.testdir();
  const first = await senderUnderTest(t, { folder, settings: { graceMs: 200 } });
  first.declared.provider('first', localSpec(server.port));
  const asked = hangAt(server, 'MAIL');
  const { id } = await first.accept();
  await asked;
  const begin = performance.now();
  await first.close();
  const took = performance.now() - begin;
  t.ok(took >= 199 && took < 3_000, `${took} ms`);
  const store = await openLmdbStore(folder);
  t.match(await store.find(id), { state: 'queued', dataStarted: false });
  await store.close();
});

t.test('what the end of the grace cuts off is no attempt', async (t) => {
  const { retry } = DEFAULT_SETTINGS;
  const settings = { graceMs: 100, retry: { ...retry, slow: false } };
  for (const step of ['EHLO', 'MAIL', 'RCPT', 'DATA']) {
    const server = await receivingServer(t);
    const folder = t.testdir();
    const first = await senderUnderTest(t, { folder, settings });
    first.declared.provider('first', localSpec(server.port, { retry: { count: 0 } }));
    const asked = hangAt(server, step);
    const { id } = await first.accept();
    await asked;
    await first.close();
    const store = await openLmdbStore(folder);
    t.match(await store.find(id), { state: 'queued', attempts: 0, dataStarted: false }, step);
    await store.close();
    t.same(first.recorder.attempts, [], step);
  }
});

t.test('nor is what it cuts off within the content', async (t) => {
  let asked = () => {};
  const reads = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = await scriptedPeer(t, [
    ...greetAndOffer(),
    ...['MAIL', 'RCPT'].flatMap((verb) => [hear(verb), say('250 fine\r\n')]),
    hear('DATA'),
    ({ socket }) => {
      socket.pause().write('354 go on\r\n');
      asked();
    },
  ]);
  const folder = t.testdir();
  const first = await senderUnderTest(t, { folder, settings: { graceMs: 100 } });
  first.declared.provider('first', localSpec(server.port));
  const { id } = await first.accept({ text: 'x'.repeat(9_000_000) });
  await reads;
  await first.close();
  const store = await openLmdbStore(folder);
  t.match(await store.find(id), { state: 'queued', attempts: 0, dataStarted: false });
  await store.close();
});

t.test('a Secret that cannot be read in time is no reason to wait at a stop', async (t) => {
  const server = await receivingServer(t);
  const under = await senderUnderTest(t, { settings: { graceMs: 100 } });
  const passwordRef = { name: 'login', key: 'password' };
  const asked = new Promise<void>((resolve) => {
    under.declared.read = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  under.declared.provider(
    'first',
    localSpec(server.port, { smtp: { username: 'user', passwordRef } }),
  );
  await under.accept();
  await asked;
  await under.close();
  t.equal(server.seen.connections, 0);
});

t.test('nothing is accepted once the sender is closed', async (t) => {
  const { sender } = await senderUnderTest(t);
  await sender.close();
  const result = await sender.submit({ to: 'ops@example.com', subject: 's', text: 't' });
  t.match(result, { kind: 'refused', refusal: 'ShuttingDown' });
  t.match(await sender.cancel('any'), { kind: 'refused', refusal: 'ShuttingDown' });
});
