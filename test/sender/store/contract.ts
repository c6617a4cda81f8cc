import type { MailRecord, MailState } from '@mailprovider/sender/mail/mail-record';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import type { Test } from 'tap';
import { sampleContent, sampleMail } from './sample-mail.ts';

/** Opens a store that is empty, or what a closed one kept. */
export interface StoreUnderTest {
  open(): Promise<MailStore>;
}

/** What every store owes its callers, whatever keeps the mails. */
export function testStoreContract(t: Test, fresh: (t: Test) => StoreUnderTest): void {
  /** A behaviour, with a store of its own. */
  function behaviour(
    name: string,
    check: (t: Test, store: MailStore, place: StoreUnderTest) => Promise<void>,
  ): void {
    t.test(name, async (t) => {
      const place = fresh(t);
      const store = await place.open();
      t.teardown(() => store.close());
      await check(t, store, place);
    });
  }

  behaviour('a mail is found as it was stored, with its content', async (t, store) => {
    const mail = sampleMail({
      recipients: [
        { address: 'a@example.com', outcome: 'delivered', provider: 'corporate' },
        { address: 'b@example.com', outcome: 'rejected', reason: 'RecipientRejected', code: 550 },
      ],
      smtpUtf8: true,
    });
    t.same(await store.insert(mail, sampleContent()), { kind: 'stored' });
    t.same(await store.find(mail.id), mail);
    t.same(Uint8Array.from((await store.content(mail.id)) ?? []), sampleContent());
  });

  behaviour('contents of no byte and of 25 MiB are kept as they are', async (t, store) => {
    for (const size of [0, 1, 2_000, 4_096, 25 * 2 ** 20]) {
      const mail = sampleMail({ size });
      await store.insert(mail, sampleContent(size));
      const content = await store.content(mail.id);
      t.ok(content && Buffer.from(sampleContent(size)).equals(content), `${size} bytes`);
    }
  });

  behaviour(
    'a content is copied: it may be changed after it was stored or read',
    async (t, store) => {
      const mail = sampleMail();
      const given = sampleContent();
      await store.insert(mail, given);
      given.fill(0);
      (await store.content(mail.id))?.fill(1);
      t.same(Uint8Array.from((await store.content(mail.id)) ?? []), sampleContent());
    },
  );

  behaviour('what is not there is not found, whatever the id looks like', async (t, store) => {
    await store.insert(sampleMail(), sampleContent());
    for (const id of ['', '/', 'queued', '\0', 'ü', '../x', 'x'.repeat(100_000), '\ud800']) {
      t.equal(await store.find(id), undefined);
      t.equal(await store.content(id), undefined);
      await t.resolves(store.list('queued', { after: id, limit: 1 }));
    }
    const stranger = sampleMail();
    await store.update(stranger);
    t.equal(await store.find(stranger.id), undefined);
  });

  behaviour('a record is replaced in every state, and found in that one only', async (t, store) => {
    const mail = sampleMail();
    await store.insert(mail, sampleContent());
    const states: readonly MailState[] = ['queued', 'dead', 'queued', 'cancelled', 'sent'];
    for (const [index, state] of states.entries()) {
      const changed: MailRecord = { ...mail, state, attempts: index + 1, dataStarted: true };
      await store.update(changed);
      t.same(await store.find(mail.id), changed);
      t.same(await statesOf(store, mail.id), [state]);
    }
  });

  behaviour('a content is kept until the mail is sent or cancelled', async (t, store) => {
    for (const state of ['sent', 'cancelled'] as const) {
      const mail = sampleMail();
      await store.insert(mail, sampleContent());
      await store.update({ ...mail, attempts: 1 });
      await store.update({ ...mail, state: 'dead' });
      t.ok(await store.content(mail.id));
      await store.update({ ...mail, state: 'queued' });
      t.ok(await store.content(mail.id));
      await store.update({ ...mail, state });
      t.equal(await store.content(mail.id), undefined);
    }
  });

  behaviour(
    'mails are listed by state in the order of acceptance, page by page',
    async (t, store) => {
      const mails = Array.from({ length: 25 }, () => sampleMail());
      await Promise.all(mails.toReversed().map((mail) => store.insert(mail, sampleContent())));
      const dead = mails.filter((_, index) => index % 5 === 0);
      for (const mail of dead) await store.update({ ...mail, state: 'dead' });
      const queued = mails.filter((mail) => !dead.includes(mail));
      for (const limit of [1, 3, 19, 20, 21]) {
        t.same(
          await listAll(store, 'queued', limit),
          queued.map(({ id }) => id),
        );
      }
      t.same(
        await listAll(store, 'dead', 2),
        dead.map(({ id }) => id),
      );
      t.same(await store.list('sent', { limit: 10 }), { mails: [] });
      const whole = await store.list('queued', { limit: 20 });
      t.notHas(whole, 'next');
    },
  );

  behaviour('a page may begin after a mail that is gone', async (t, store) => {
    const mails = Array.from({ length: 3 }, () => sampleMail());
    for (const mail of mails) await store.insert(mail, sampleContent());
    const [first, second, third] = mails;
    if (!first || !second || !third) return;
    await store.update({ ...second, state: 'sent' });
    t.same((await store.list('queued', { after: second.id, limit: 5 })).mails, [third]);
    t.same((await store.list('queued', { after: first.id, limit: 5 })).mails, [third]);
    t.same((await store.list('queued', { after: third.id, limit: 5 })).mails, []);
  });

  behaviour('a key that was used is answered with its mail, or as a conflict', async (t, store) => {
    const key = { key: 'order 4711 ü', digest: 'digest' };
    t.equal(await store.findByKey(key), undefined);
    const mail = sampleMail();
    t.same(await store.insert(mail, sampleContent(), key), { kind: 'stored' });
    const sent: MailRecord = { ...mail, state: 'sent' };
    await store.update(sent);
    const other = sampleMail();
    t.same(await store.insert(other, sampleContent(), key), { kind: 'repeated', mail: sent });
    t.same(await store.findByKey(key), { kind: 'repeated', mail: sent });
    const changed = { ...key, digest: 'another' };
    t.same(await store.insert(other, sampleContent(), changed), { kind: 'conflict' });
    t.same(await store.findByKey(changed), { kind: 'conflict' });
    t.equal(await store.find(other.id), undefined);
    t.equal(await store.content(other.id), undefined);
  });

  behaviour('of submissions with one key at one time one is stored', async (t, store) => {
    const key = { key: 'k', digest: 'd' };
    const mails = Array.from({ length: 50 }, () => sampleMail());
    const insertions = await Promise.all(
      mails.map((mail) => store.insert(mail, sampleContent(), key)),
    );
    t.equal(insertions.filter(({ kind }) => kind === 'stored').length, 1);
    t.equal(insertions.filter(({ kind }) => kind === 'repeated').length, 49);
    t.equal((await store.list('queued', { limit: 100 })).mails.length, 1);
  });

  behaviour('mails that ended before a time go, with their keys and contents', async (t, store) => {
    const ended = (dueAt: number) => sampleMail({ acceptedAt: 500, dueAt, state: 'dead' });
    const mails = [ended(1_000), ended(2_000), ended(1_500), ended(999), ended(3_000)];
    for (const mail of mails) {
      await store.insert(mail, sampleContent(), { key: mail.id, digest: 'd' });
    }
    t.equal(await store.expire('sent', 1_600), 0);
    t.equal(await store.expire('dead', 1_600), 3);
    t.equal(await store.expire('dead', 1_600), 0);
    for (const { id, dueAt } of mails) {
      const kept = dueAt >= 1_600;
      t.equal((await store.find(id)) !== undefined, kept);
      t.equal((await store.content(id)) !== undefined, kept);
      t.equal((await store.findByKey({ key: id, digest: 'd' })) !== undefined, kept);
    }
    const again = sampleMail();
    const key = { key: mails[0]?.id ?? '', digest: 'other' };
    t.same(await store.insert(again, sampleContent(), key), { kind: 'stored' });
  });

  behaviour('more mails expire than are looked at in one go', async (t, store) => {
    const mails = Array.from({ length: 1_000 }, (_, index) =>
      sampleMail({ acceptedAt: 500, dueAt: index % 3 === 0 ? 5_000 : 1_000, state: 'sent' }),
    );
    await Promise.all(mails.map((mail) => store.insert(mail, new Uint8Array(1))));
    t.equal(await store.expire('sent', 2_000), 666);
    t.equal((await listAll(store, 'sent', 100)).length, 334);
  });

  behaviour('what was stored is there when it is opened again', async (t, store, place) => {
    const mail = sampleMail();
    const key = { key: 'k', digest: 'd' };
    await store.insert(mail, sampleContent(), key);
    await store.update({ ...mail, attempts: 7 });
    await store.close();
    const again = await place.open();
    t.teardown(() => again.close());
    t.same(await again.find(mail.id), { ...mail, attempts: 7 });
    t.same(Uint8Array.from((await again.content(mail.id)) ?? []), sampleContent());
    t.match(await again.findByKey(key), { kind: 'repeated' });
    t.same(await listAll(again, 'queued', 10), [mail.id]);
  });

  behaviour(
    'closing waits for what was begun; afterwards every call is refused',
    async (t, store, place) => {
      const mails = Array.from({ length: 300 }, () => sampleMail());
      const insertions = mails.map((mail) => store.insert(mail, sampleContent()));
      await Promise.all([store.close(), store.close()]);
      await Promise.all(insertions);
      const refused = { name: 'StoreError', fault: 'StoreUnavailable' };
      const [mail] = mails;
      if (!mail) return;
      await t.rejects(store.insert(mail, sampleContent()), refused);
      await t.rejects(store.findByKey({ key: 'k', digest: 'd' }), refused);
      await t.rejects(store.find(mail.id), refused);
      await t.rejects(store.content(mail.id), refused);
      await t.rejects(store.update(mail), refused);
      await t.rejects(store.list('queued', { limit: 1 }), refused);
      await t.rejects(store.expire('sent', 1), refused);
      await t.resolves(store.close());
      const again = await place.open();
      t.teardown(() => again.close());
      t.equal((await listAll(again, 'queued', 100)).length, 300);
    },
  );
}

async function listAll(store: MailStore, state: MailState, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.list(state, { ...(after !== undefined && { after }), limit });
    ids.push(...page.mails.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

async function statesOf(store: MailStore, id: string): Promise<MailState[]> {
  const states: MailState[] = [];
  for (const state of ['queued', 'sent', 'dead', 'cancelled'] as const) {
    const { mails } = await store.list(state, { limit: 100 });
    if (mails.some((mail) => mail.id === id)) states.push(state);
  }
  return states;
}
