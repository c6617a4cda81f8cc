import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';
import type { JetStreamOptions } from '@mailprovider/sender/jetstream/options';
import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import t, { type Test } from 'tap';
import { v7 as uuidv7 } from 'uuid';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { change, insert, QUEUE_SIZE } from '../store/sample-changes.ts';
import { sampleContent, sampleMail } from '../store/sample-mail.ts';
import { until } from './eventually.ts';
import { freshPrefix, openedStore, optionsFor, Taken } from './jetstream-under-test.ts';
import { UnreliableLink } from './unreliable-link.ts';

t.setTimeout(100_000);

/** A message of the fallback, a record, an acknowledgement. */
const CUTS = ['PREFIX.mails.fallback.', '$KV.PREFIX-mails.mails.', '$JS.ACK.'];

t.test('a sender that ends in the middle of a change', { skip: WITHOUT_NATS }, async (t) => {
  const { url } = await natsUnderTest(t);

  /** A store that will be cut off, another that will not, and the depth of all queues. */
  async function stores(t: Test, more: Partial<JetStreamOptions> = {}) {
    const streamPrefix = freshPrefix();
    const proxy = await UnreliableLink.start(t, url);
    const shared = { streamPrefix, ackWaitMs: 800, ...more };
    const mortal = await openJetStreamStore(optionsFor(proxy.url, shared));
    t.teardown(() => mortal.close());
    const survivor = await openedStore(t, optionsFor(url, shared));
    const depth = async () => {
      const readings = await survivor.readings();
      return readings.reduce((sum, reading) => sum + reading.depth, 0);
    };
    const cutBefore = (subject: string) => proxy.cutBefore(subject.replace('PREFIX', streamPrefix));
    const reopen = () => openedStore(t, optionsFor(url, shared));
    return { mortal, survivor, depth, cutBefore, cut: proxy.cut, reopen };
  }

  for (const size of [1_400, 2 ** 20]) {
    for (const cut of CUTS) {
      t.test(`a mail of ${size} bytes on its way to a fallback, before ${cut}`, async (t) => {
        const { mortal, survivor, depth, ...fault } = await stores(t);
        const taken = new Taken(mortal, 'corporate', 1);
        await insert(mortal, sampleMail({ size }), sampleContent(size));
        const [claimed] = await taken.until(1);
        if (!claimed) return;
        const mail = await change(mortal, { ...claimed, attempts: 1 });
        fault.cutBefore(cut);
        const moved = { ...mail, provider: 'fallback', origin: 'corporate' };
        await Promise.all([mortal.requeue(moved, QUEUE_SIZE).catch(() => {}), fault.cut]);
        const [first, second] = [
          new Taken(survivor, 'corporate', 5),
          new Taken(survivor, 'fallback', 5),
        ];
        const expected = cut === CUTS[0] ? first : second;
        // Where all of this took longer than the ack wait, the old message may have come again, too.
        await until(async () => expected.mails.length === 1);
        const [found] = expected.mails;
        t.match(found, { id: mail.id, attempts: 1 });
        await arrives(t, survivor, found, size);
        await until(async () => (await depth()) === 0);
        t.equal(expected.mails.length, 1);
      });
    }
  }

  for (const cut of CUTS.slice(0, 2)) {
    t.test(`a dead letter that is queued anew, before ${cut}`, async (t) => {
      const { mortal, survivor, depth, ...fault } = await stores(t);
      const mail = sampleMail({ provider: 'fallback' });
      await insert(mortal, mail, sampleContent());
      const dead = await change(mortal, { ...mail, state: 'dead' });
      t.equal(await depth(), 0);
      fault.cutBefore(cut);
      const again: MailRecord = { ...dead, state: 'queued', attempts: 0 };
      await Promise.all([mortal.requeue(again, QUEUE_SIZE).catch(() => {}), fault.cut]);
      const taken = new Taken(survivor, 'fallback', 5);
      if (cut === CUTS[0]) {
        t.equal(await depth(), 0);
        t.same(await survivor.find(mail.id), dead);
        t.match(await survivor.requeue(again, QUEUE_SIZE), { kind: 'queued' });
      }
      const [found] = await taken.until(1);
      t.match(found, { id: mail.id, state: 'queued' });
      await arrives(t, survivor, found, 1_400);
      t.equal(await depth(), 0);
    });
  }

  t.test('a mail is not sent again when only its message was left', async (t) => {
    const { mortal, survivor, depth, ...fault } = await stores(t);
    const taken = new Taken(mortal, 'corporate', 1);
    const mail = sampleMail({ size: 2 ** 20 });
    await insert(mortal, mail, sampleContent(2 ** 20), { key: 'k', digest: 'd' });
    await taken.until(1);
    fault.cutBefore('$JS.ACK.');
    const sent = await change(mortal, { ...mail, state: 'sent' });
    await fault.cut;
    const second = new Taken(survivor, 'corporate', 5);
    await until(async () => (await depth()) === 0);
    t.same(second.mails, []);
    t.same(await survivor.find(mail.id), sent);
    t.equal(await survivor.content(mail.id), undefined);
    await until(async () => (await messagesOf(url, mail.id)) === 0);
  });

  t.test('nor when sent mails are kept for no time at all', async (t) => {
    const retention = { sentRetentionMs: 0, deadLetterRetentionMs: 0 };
    const { mortal, survivor, depth, ...fault } = await stores(t, { retention, ackWaitMs: 2_000 });
    const taken = new Taken(mortal, 'corporate', 1);
    const mail = sampleMail();
    await insert(mortal, mail, sampleContent());
    await taken.until(1);
    fault.cutBefore('$JS.ACK.');
    await change(mortal, { ...mail, state: 'sent' });
    await fault.cut;
    const second = new Taken(survivor, 'corporate', 5);
    await until(async () => second.mails.length > 0 || (await depth()) === 0);
    t.same(second.mails, []);
  });

  t.test('a mail whose record was not written comes again as it was', async (t) => {
    const { mortal, survivor, depth, ...fault } = await stores(t);
    const taken = new Taken(mortal, 'corporate', 1);
    const mail = sampleMail();
    await insert(mortal, mail, sampleContent());
    await taken.until(1);
    fault.cutBefore('$KV.');
    await Promise.all([mortal.update({ ...mail, dataStarted: true }).catch(() => {}), fault.cut]);
    const [found] = await new Taken(survivor, 'corporate', 5).until(1);
    t.same(found, mail);
    await arrives(t, survivor, found, 1_400);
    t.equal(await depth(), 0);
  });

  t.test('a mail whose data may have gone out says so', async (t) => {
    const { mortal, survivor, ...fault } = await stores(t);
    const taken = new Taken(mortal, 'corporate', 1);
    const mail = sampleMail();
    await insert(mortal, mail, sampleContent());
    await taken.until(1);
    const marked = await change(mortal, { ...mail, dataStarted: true });
    fault.cutBefore('$KV.');
    await Promise.all([mortal.update({ ...marked, state: 'sent' }).catch(() => {}), fault.cut]);
    const [found] = await new Taken(survivor, 'corporate', 5).until(1);
    t.same(found, marked);
  });

  t.test('a large content whose mail was not stored goes in time', async (t) => {
    const { mortal, survivor, reopen, ...fault } = await stores(t);
    await insert(mortal, sampleMail(), sampleContent());
    const old = { msecs: Date.now() - 2 * 3_600_000 };
    const [lost, kept] = [sampleMail({ id: uuidv7(old) }), sampleMail({ id: uuidv7(old) })];
    await insert(survivor, kept, sampleContent(2 ** 20));
    fault.cutBefore('PREFIX.mails.');
    await Promise.all([insert(mortal, lost, sampleContent(2 ** 20)).catch(() => {}), fault.cut]);
    t.equal(await messagesOf(url, lost.id), 2);
    await reopen();
    await until(async () => (await messagesOf(url, lost.id)) === 0);
    t.ok(await survivor.content(kept.id));
  });

  t.test('a key whose mail was not stored serves the next submission', async (t) => {
    const { mortal, survivor, ...fault } = await stores(t);
    const key = { key: 'k', digest: 'd' };
    await insert(mortal, sampleMail(), sampleContent());
    fault.cutBefore('PREFIX.mails.');
    await Promise.all([
      insert(mortal, sampleMail(), sampleContent(), key).catch(() => {}),
      fault.cut,
    ]);
    t.equal(await survivor.findByKey(key), undefined);
    const again = sampleMail();
    t.same(await insert(survivor, again, sampleContent(), key), { kind: 'stored' });
    t.match(await survivor.findByKey(key), { kind: 'repeated', mail: { id: again.id } });
  });
});

async function arrives(
  t: Test,
  store: MailStore,
  mail: MailRecord | undefined,
  size: number,
): Promise<void> {
  if (!mail) return;
  const content = await store.content(mail.id);
  t.ok(content && Buffer.from(sampleContent(size)).equals(content), 'with its content');
  const marked = await change(store, { ...mail, dataStarted: true });
  await change(store, { ...marked, dataStarted: false, state: 'sent' });
  await until(async () => (await store.readings()).every(({ depth }) => depth === 0));
}

/** Messages about a mail, but its record. */
async function messagesOf(url: string, id: string): Promise<number> {
  const connection = await connect({ servers: url });
  try {
    const manager = await jetstreamManager(connection);
    let count = 0;
    for await (const { config } of manager.streams.list()) {
      if (config.name.startsWith('KV_')) continue;
      const info = await manager.streams.info(config.name, { subjects_filter: '>' });
      const subjects = Object.keys(info.state.subjects ?? {});
      count += subjects.filter((subject) => subject.includes(id)).length;
    }
    return count;
  } finally {
    await connection.close();
  }
}
