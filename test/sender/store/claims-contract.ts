import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import type { Claims, MailStore } from '@mailprovider/sender/store/mail-store';
import type { Test } from 'tap';
import { behaviours, type StoreUnderTest } from './behaviours.ts';
import { change, insert, QUEUE_SIZE } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';

/** Who takes over the mails of a provider, and waits for them. */
class Taker {
  readonly mails: MailRecord[] = [];
  readonly claims: Claims;
  #news = () => {};

  constructor(store: MailStore, provider: string, room = QUEUE_SIZE) {
    this.claims = store.claim(provider, {
      claimed: (mail) => {
        this.mails.push(mail);
        this.#news();
      },
    });
    this.claims.request(room);
  }

  get ids(): readonly string[] {
    return this.mails.map(({ id }) => id);
  }

  async has(count: number): Promise<void> {
    while (this.mails.length < count) {
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
  }
}

/** What every store owes those who deliver its mails. */
export function testClaimsContract(t: Test, fresh: (t: Test) => StoreUnderTest): void {
  const behaviour = behaviours(t, fresh);

  behaviour('mails are claimed once each, whether stored before or after', async (t, store) => {
    const mails = Array.from({ length: 20 }, () => sampleMail());
    const others = Array.from({ length: 20 }, () => sampleMail({ provider: 'other.example' }));
    const [early, late] = [mails.slice(0, 10), mails.slice(10)];
    for (const mail of [...early, ...others]) await insert(store, mail, sampleContent());
    const taker = new Taker(store, 'corporate');
    await Promise.all(late.map((mail) => insert(store, mail, sampleContent())));
    await taker.has(20);
    t.same(
      taker.mails.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
      mails,
    );
    const other = new Taker(store, 'other.example');
    await other.has(20);
    t.equal(taker.mails.length, 20);
  });

  behaviour('what a closed store kept is claimed as it was left', async (t, store, place) => {
    const mails = [sampleMail(), sampleMail(), sampleMail()];
    for (const mail of mails) await insert(store, mail, sampleContent());
    const taker = new Taker(store, 'corporate');
    await taker.has(3);
    const [first, second, third] = taker.mails;
    if (!first || !second || !third) return;
    const marked = await change(store, { ...first, dataStarted: true });
    await change(store, { ...second, state: 'sent' });
    await store.close();
    const again = await place.open();
    t.teardown(() => again.close());
    const heir = new Taker(again, 'corporate');
    await heir.has(2);
    t.same(
      new Map(heir.mails.map((mail) => [mail.id, mail])),
      new Map([marked, third].map((mail) => [mail.id, mail])),
    );
    t.ok(await again.content(marked.id));
    t.ok(await change(again, { ...marked, dataStarted: false, state: 'sent' }));
  });

  behaviour('a requeued mail is claimed by who delivers its provider now', async (t, store) => {
    const taker = new Taker(store, 'corporate');
    const fallback = new Taker(store, 'fallback');
    const mail = sampleMail();
    await insert(store, mail, sampleContent());
    await taker.has(1);
    const changed = await change(store, { ...mail, attempts: 4 });
    const moved = { ...changed, provider: 'fallback', origin: 'corporate' };
    const requeueing = await store.requeue(moved, QUEUE_SIZE);
    t.match(requeueing, { kind: 'queued', mail: { provider: 'fallback', attempts: 4 } });
    await fallback.has(1);
    const [there] = fallback.mails;
    if (there === undefined) return;
    t.same(await store.find(mail.id), there);
    t.same(Uint8Array.from((await store.content(mail.id)) ?? []), sampleContent());
    const home = { ...there, provider: 'corporate' };
    t.match(await store.requeue(home, QUEUE_SIZE), { kind: 'queued' });
    await taker.has(2);
    t.equal(fallback.mails.length, 1);
    t.same(await depths(store), { corporate: 1, fallback: 0 });
  });

  behaviour('a dead letter is claimed again once it is requeued', async (t, store) => {
    const taker = new Taker(store, 'corporate');
    const mail = sampleMail();
    await insert(store, mail, sampleContent());
    await taker.has(1);
    const dead = await change(store, { ...mail, state: 'dead' });
    t.same(await depths(store), { corporate: 0 });
    t.match(await store.requeue({ ...dead, state: 'queued' }, QUEUE_SIZE), { kind: 'queued' });
    await taker.has(2);
    t.same(taker.ids, [mail.id, mail.id]);
    t.same(await depths(store), { corporate: 1 });
  });

  behaviour('a provider has no more mails than may be queued', async (t, store) => {
    const attempts = Array.from({ length: 30 }, () => sampleMail());
    const insertions = await Promise.all(
      attempts.map((mail) => store.insert(mail, sampleContent(), { queueSize: 10 })),
    );
    t.equal(insertions.filter(({ kind }) => kind === 'stored').length, 10);
    t.equal(insertions.filter(({ kind }) => kind === 'full').length, 20);
    const queued = (await store.list('queued', { limit: 100 })).mails;
    t.equal(queued.length, 10);
    t.same(await depths(store), { corporate: 10 });
    const other = sampleMail({ provider: 'other' });
    t.same(await insert(store, other, sampleContent()), { kind: 'stored' });
    const moved = { ...other, provider: 'corporate' };
    t.same(await store.requeue(moved, 10), { kind: 'full' });
    t.match(await store.find(other.id), { provider: 'other', state: 'queued' });
    const larger = sampleMail();
    t.same(await store.insert(larger, sampleContent(), { queueSize: 11 }), { kind: 'stored' });
    const [first] = queued;
    if (first === undefined) return;
    await change(store, { ...first, state: 'cancelled' });
    t.same(await store.insert(sampleMail(), sampleContent(), { queueSize: 11 }), {
      kind: 'stored',
    });
  });

  behaviour('a key that was used is answered when the queue is full, too', async (t, store) => {
    const key = { key: 'k', digest: 'd' };
    const mail = sampleMail();
    t.same(await store.insert(mail, sampleContent(), { key, queueSize: 1 }), { kind: 'stored' });
    const again = await store.insert(sampleMail(), sampleContent(), { key, queueSize: 1 });
    t.equal(again.kind, 'repeated');
    const other = { key: 'other', digest: 'd' };
    t.same(await store.insert(sampleMail(), sampleContent(), { key: other, queueSize: 1 }), {
      kind: 'full',
    });
    t.equal(await store.findByKey(other), undefined);
  });

  behaviour('the oldest queued mail is told', async (t, store) => {
    const mails = [5_000, 1_000, 3_000].map((ms) => {
      const at = Date.now() - ms;
      return sampleMail({ acceptedAt: at, queuedAt: at, dueAt: at });
    });
    for (const mail of mails) await insert(store, mail, sampleContent());
    const [reading] = await store.readings();
    t.equal(reading?.provider, 'corporate');
    t.equal(reading?.depth, 3);
    t.ok(Math.abs((reading?.oldestQueuedAt ?? 0) - Date.now()) < 10_000);
  });

  behaviour('a mail that is given back is claimed again from that time on', async (t, store) => {
    const taker = new Taker(store, 'corporate');
    const mail = sampleMail();
    await insert(store, mail, sampleContent());
    await taker.has(1);
    const changed = await change(store, { ...mail, attempts: 1, dueAt: Date.now() + 300 });
    const given = Date.now();
    if (taker.claims.giveBack(changed, changed.dueAt)) {
      await taker.has(2);
      t.ok(Date.now() - given >= 290, 'not before it is due');
      t.same(taker.mails[1], changed);
    }
    t.ok(await change(store, { ...changed, state: 'sent' }));
  });

  behaviour('nothing is claimed any more after the claims are stopped', async (t, store) => {
    const taker = new Taker(store, 'corporate');
    await insert(store, sampleMail(), sampleContent());
    await taker.has(1);
    taker.claims.stop();
    await insert(store, sampleMail(), sampleContent());
    t.equal(taker.mails.length, 1);
    t.same(await depths(store), { corporate: 2 });
  });
}

async function depths(store: MailStore): Promise<Record<string, number>> {
  const readings = await store.readings();
  return Object.fromEntries(readings.map(({ provider, depth }) => [provider, depth]));
}
