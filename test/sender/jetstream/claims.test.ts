import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import t from 'tap';
import { natsUnderTest, WITHOUT_NATS } from '../../nats/nats-under-test.ts';
import { change, insert } from '../store/sample-changes.ts';
import { sampleContent, sampleMail } from '../store/sample-mail.ts';
import { until } from './eventually.ts';
import { freshPrefix, openedStore, optionsFor, Taken } from './jetstream-under-test.ts';

t.setTimeout(100_000);

t.test('claims of several senders', { skip: WITHOUT_NATS }, async (t) => {
  const { url } = await natsUnderTest(t);
  const options = (ackWaitMs = 30_000) =>
    optionsFor(url, { streamPrefix: freshPrefix(), ackWaitMs });

  t.test('each mail is handed to one of them', async (t) => {
    const shared = options();
    const [one, two] = [await openedStore(t, shared), await openedStore(t, shared)];
    const mails = Array.from({ length: 200 }, () => sampleMail());
    const takers = [new Taken(one, 'corporate', 100), new Taken(two, 'corporate', 100)];
    await Promise.all(mails.map((mail) => insert(one, mail, sampleContent())));
    await takers[0]?.until(100);
    await takers[1]?.until(100);
    const ids = takers.flatMap((taken) => taken.mails.map(({ id }) => id));
    t.same(
      ids.toSorted(),
      mails.map(({ id }) => id),
    );
  });

  t.test('no more is handed over than there is room for', async (t) => {
    const shared = options();
    const store = await openedStore(t, shared);
    await Promise.all(
      Array.from({ length: 20 }, () => insert(store, sampleMail(), sampleContent())),
    );
    const taken = new Taken(store, 'corporate', 3);
    await taken.until(3);
    taken.claims.request(4);
    await taken.until(7);
    const rest = new Taken(await openedStore(t, shared), 'corporate', 20);
    await rest.until(13);
    t.equal(taken.mails.length, 7);
  });

  t.test('a mail that is given back comes when it is due, to whoever has room', async (t) => {
    const shared = options();
    const [one, two] = [await openedStore(t, shared), await openedStore(t, shared)];
    const first = new Taken(one, 'corporate', 1);
    await insert(one, sampleMail(), sampleContent());
    const [mail] = await first.until(1);
    if (!mail) return;
    const changed = await change(one, { ...mail, attempts: 1 });
    const from = Date.now() + 700;
    (await one.content(mail.id))?.fill(1);
    t.same(Uint8Array.from((await one.content(mail.id)) ?? []), sampleContent());
    t.equal(first.claims.giveBack(mail, from), true);
    const second = new Taken(two, 'corporate', 1);
    t.same(await second.until(1), [changed]);
    t.ok(Date.now() >= from);
    t.same(Uint8Array.from((await two.content(mail.id)) ?? []), sampleContent());
  });

  t.test('what a sender has that closes goes to another at once', async (t) => {
    const shared = options();
    const [one, two] = [await openedStore(t, shared), await openedStore(t, shared)];
    const mails = Array.from({ length: 50 }, () => sampleMail());
    await Promise.all(mails.map((mail) => insert(one, mail, sampleContent())));
    await new Taken(one, 'corporate', 50).until(50);
    const second = new Taken(two, 'corporate', 50);
    const begin = performance.now();
    await one.close();
    t.equal((await second.until(50)).length, 50);
    t.ok(performance.now() - begin < 2_000);
  });

  t.test('a mail stays with its sender for longer than the ack wait', async (t) => {
    const shared = options(600);
    const [one, two] = [await openedStore(t, shared), await openedStore(t, shared)];
    const first = new Taken(one, 'corporate', 5);
    const mail = sampleMail();
    await insert(one, mail, sampleContent());
    await first.until(1);
    const second = new Taken(two, 'corporate', 5);
    const later = sampleMail();
    const from = Date.now() + 2_400;
    first.claims.request(0);
    await insert(one, later, sampleContent());
    await second.until(1);
    second.claims.giveBack(later, from);
    await second.until(2);
    t.same(
      second.mails.map(({ id }) => id),
      [later.id, later.id],
    );
    t.same(
      first.mails.map(({ id }) => id),
      [mail.id],
    );
  });

  t.test('a mail that another sender cancelled is not changed any more', async (t) => {
    const shared = options();
    const [one, two] = [await openedStore(t, shared), await openedStore(t, shared)];
    const first = new Taken(one, 'corporate', 1);
    await insert(one, sampleMail(), sampleContent());
    const [mail] = await first.until(1);
    if (!mail) return;
    const seen = await two.find(mail.id);
    t.same(seen, mail);
    const cancelled = await change(two, { ...mail, state: 'cancelled' });
    t.equal(await one.update({ ...mail, dataStarted: true }), undefined);
    t.same(await one.find(mail.id), cancelled);
    t.equal(await two.content(mail.id), undefined);
    t.same((await one.list('cancelled', { limit: 5 })).mails, [cancelled]);
    t.match(await one.readings(), [{ provider: 'corporate', depth: 0 }]);
  });

  t.test('a mail that was begun is not cancelled behind its sender', async (t) => {
    const shared = options();
    const [one, two] = [await openedStore(t, shared), await openedStore(t, shared)];
    const first = new Taken(one, 'corporate', 1);
    await insert(one, sampleMail(), sampleContent());
    const [mail] = await first.until(1);
    if (!mail) return;
    const marked = await change(one, { ...mail, dataStarted: true });
    t.equal(await two.update({ ...mail, state: 'cancelled' }), undefined);
    const sent = await change(one, { ...marked, dataStarted: false, state: 'sent' });
    t.same(await two.find(mail.id), sent);
    t.same((await two.list('sent', { limit: 5 })).mails, [sent]);
  });

  t.test('a provider takes as many mails as its queue has room for, now', async (t) => {
    const store = await openedStore(t, options());
    const mails: MailRecord[] = Array.from({ length: 4 }, () => sampleMail());
    const [a, b, c, d] = mails;
    if (!a || !b || !c || !d) return;
    const queueSize = 2;
    t.same(await store.insert(a, sampleContent(), { queueSize }), { kind: 'stored' });
    t.same(await store.insert(b, sampleContent(), { queueSize }), { kind: 'stored' });
    t.same(await store.insert(c, sampleContent(), { queueSize }), { kind: 'full' });
    t.equal(await store.find(c.id), undefined);
    await change(store, { ...a, state: 'cancelled' });
    t.same(await store.insert(c, sampleContent(), { queueSize }), { kind: 'stored' });
    t.same(await store.insert(d, sampleContent(), { queueSize: 3 }), { kind: 'stored' });
    t.match(await store.readings(), [{ provider: 'corporate', depth: 3 }]);
    const e = sampleMail();
    t.same(await store.insert(e, sampleContent(), { queueSize: 1 }), { kind: 'full' });
    t.match(await store.readings(), [{ provider: 'corporate', depth: 3 }]);
  });

  t.test('a refused mail leaves its key free, and nothing of a large content', async (t) => {
    const store = await openedStore(t, options());
    await store.insert(sampleMail(), sampleContent(), { queueSize: 1 });
    const key = { key: 'k', digest: 'd' };
    const refused = sampleMail({ size: 2 ** 20 });
    const large = sampleContent(2 ** 20);
    t.same(await store.insert(refused, large, { key, queueSize: 1 }), { kind: 'full' });
    t.equal(await store.findByKey(key), undefined);
    t.same(await store.insert(refused, large, { key, queueSize: 2 }), { kind: 'stored' });
    t.match(await store.findByKey(key), { kind: 'repeated', mail: { id: refused.id } });
  });

  t.test('every provider has a queue of its own, whatever it is called', async (t) => {
    const store = await openedStore(t, options());
    const long = Array.from({ length: 4 }, () => 'x'.repeat(60)).join('.');
    const providers = ['a', 'a.b', 'a-b', 'mails', long];
    for (const provider of providers) {
      const mail = sampleMail({ provider });
      await insert(store, mail, sampleContent());
      const [claimed] = await new Taken(store, provider, 5).until(1);
      t.same(claimed, mail);
    }
    const readings = await store.readings();
    t.same(readings.map(({ provider }) => provider).toSorted(), providers.toSorted());
    for (const { depth, oldestQueuedAt = 0 } of readings) {
      t.equal(depth, 1);
      t.ok(Math.abs(Date.now() - oldestQueuedAt) < 30_000);
    }
  });

  t.test('an ended mail goes after its time, with its key and its content', async (t) => {
    const retention = { sentRetentionMs: 1_000, deadLetterRetentionMs: 1_000 };
    const store = await openedStore(t, { ...options(200), retention });
    const ended: MailRecord[] = [];
    for (const state of ['sent', 'cancelled', 'dead'] as const) {
      const mail = sampleMail();
      await insert(store, mail, sampleContent(), { key: state, digest: 'd' });
      ended.push(await change(store, { ...mail, state }));
    }
    for (const mail of ended) {
      t.match(await store.findByKey({ key: mail.state, digest: 'd' }), { kind: 'repeated' });
    }
    for (const mail of ended) {
      await until(async () => (await store.find(mail.id)) === undefined);
      const key = { key: mail.state, digest: 'd' };
      await until(async () => (await store.findByKey(key)) === undefined);
      t.same(await store.list(mail.state, { limit: 5 }), { mails: [] });
    }
    const again = sampleMail();
    const key = { key: 'sent', digest: 'other' };
    t.same(await insert(store, again, sampleContent(), key), { kind: 'stored' });
  });
});
