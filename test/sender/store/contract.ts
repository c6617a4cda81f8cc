import type { MailRecord, MailState } from '@mailprovider/sender/mail/mail-record';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import type { Test } from 'tap';
import { behaviours, type StoreUnderTest } from './behaviours.ts';
import { change, insert, QUEUE_SIZE } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';

/** What every store owes its callers, whatever keeps the mails. */
export function testStoreContract(t: Test, fresh: (t: Test) => StoreUnderTest): void {
  const behaviour = behaviours(t, fresh);

  behaviour('a mail is found as it was stored, with its content', async (t, store) => {
    const mail = sampleMail({
      recipients: [
        { address: 'a@example.com', outcome: 'delivered', provider: 'corporate' },
        { address: 'b@example.com', outcome: 'rejected', reason: 'RecipientRejected', code: 550 },
      ],
      smtpUtf8: true,
    });
    t.same(await insert(store, mail, sampleContent()), { kind: 'stored' });
    t.same(await store.find(mail.id), mail);
    t.same(Uint8Array.from((await store.content(mail.id)) ?? []), sampleContent());
  });

  behaviour('contents of no byte and of 25 MiB are kept as they are', async (t, store) => {
    for (const size of [0, 1, 2_000, 4_096, 25 * 2 ** 20]) {
      const mail = sampleMail({ size });
      await insert(store, mail, sampleContent(size));
      const content = await store.content(mail.id);
      t.ok(content && Buffer.from(sampleContent(size)).equals(content), `${size} bytes`);
    }
  });

  behaviour(
    'a content is copied: it may be changed after it was stored or read',
    async (t, store) => {
      const mail = sampleMail();
      const given = sampleContent();
      await insert(store, mail, given);
      given.fill(0);
      (await store.content(mail.id))?.fill(1);
      t.same(Uint8Array.from((await store.content(mail.id)) ?? []), sampleContent());
    },
  );

  behaviour('what is not there is not found, whatever the id looks like', async (t, store) => {
    await insert(store, sampleMail(), sampleContent());
    for (const id of ['', '/', 'queued', '\0', 'ü', '../x', 'x'.repeat(100_000), '\ud800']) {
      t.equal(await store.find(id), undefined);
      t.equal(await store.content(id), undefined);
      await t.resolves(store.list('queued', { after: id, limit: 1 }));
    }
    const stranger = sampleMail();
    t.equal(await store.update(stranger), undefined);
    t.equal(await store.find(stranger.id), undefined);
  });

  behaviour('a record is replaced in every state, and found in that one only', async (t, store) => {
    let mail = sampleMail();
    await insert(store, mail, sampleContent());
    for (const state of ['queued', 'dead', 'cancelled', 'sent'] as const) {
      const attempts = mail.attempts + 1;
      const changed = await change(store, { ...mail, state, attempts, dataStarted: true });
      t.same(
        { ...changed, revision: 0 },
        { ...mail, state, attempts, dataStarted: true, revision: 0 },
      );
      t.not(changed.revision, mail.revision);
      mail = changed;
      t.same(await store.find(mail.id), mail);
      t.same(await statesOf(store, mail.id), [state]);
    }
  });

  behaviour('a change of a record that is another by now is not made', async (t, store) => {
    const mail = sampleMail();
    await insert(store, mail, sampleContent());
    const changes = Array.from({ length: 10 }, (_, index) =>
      store.update({ ...mail, attempts: index + 1 }),
    );
    const made = (await Promise.all(changes)).filter((changed) => changed !== undefined);
    t.equal(made.length, 1);
    const [current] = made;
    if (current === undefined) return;
    t.same(await store.find(mail.id), current);
    t.equal(await store.update({ ...mail, state: 'cancelled' }), undefined);
    t.same(await store.requeue({ ...mail, provider: 'other' }, QUEUE_SIZE), { kind: 'changed' });
    t.same(await store.find(mail.id), current);
    t.ok(await store.content(mail.id));
  });

  behaviour('a content is kept until the mail is sent or cancelled', async (t, store) => {
    for (const state of ['sent', 'cancelled'] as const) {
      let mail = sampleMail();
      await insert(store, mail, sampleContent());
      mail = await change(store, { ...mail, attempts: 1 });
      mail = await change(store, { ...mail, state: 'dead' });
      t.ok(await store.content(mail.id));
      mail = await requeued(store, { ...mail, state: 'queued' });
      t.same(Uint8Array.from((await store.content(mail.id)) ?? []), sampleContent());
      await change(store, { ...mail, state });
      t.equal(await store.content(mail.id), undefined);
    }
  });

  behaviour(
    'mails are listed by state in the order of acceptance, page by page',
    async (t, store) => {
      const mails = Array.from({ length: 25 }, () => sampleMail());
      await Promise.all(mails.toReversed().map((mail) => insert(store, mail, sampleContent())));
      const dead = mails.filter((_, index) => index % 5 === 0);
      for (const mail of dead) await change(store, { ...mail, state: 'dead' });
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
    for (const mail of mails) await insert(store, mail, sampleContent());
    const [first, second, third] = mails;
    if (!first || !second || !third) return;
    await change(store, { ...second, state: 'sent' });
    t.same((await store.list('queued', { after: second.id, limit: 5 })).mails, [third]);
    t.same((await store.list('queued', { after: first.id, limit: 5 })).mails, [third]);
    t.same((await store.list('queued', { after: third.id, limit: 5 })).mails, []);
  });

  behaviour('a key that was used is answered with its mail, or as a conflict', async (t, store) => {
    const key = { key: 'order 4711 ü', digest: 'digest' };
    t.equal(await store.findByKey(key), undefined);
    const mail = sampleMail();
    t.same(await insert(store, mail, sampleContent(), key), { kind: 'stored' });
    const sent = await change(store, { ...mail, state: 'sent' });
    const other = sampleMail();
    t.same(await insert(store, other, sampleContent(), key), { kind: 'repeated', mail: sent });
    t.same(await store.findByKey(key), { kind: 'repeated', mail: sent });
    const changed = { ...key, digest: 'another' };
    t.same(await insert(store, other, sampleContent(), changed), { kind: 'conflict' });
    t.same(await store.findByKey(changed), { kind: 'conflict' });
    t.equal(await store.find(other.id), undefined);
    t.equal(await store.content(other.id), undefined);
  });

  behaviour('of submissions with one key at one time one is stored', async (t, store) => {
    const key = { key: 'k', digest: 'd' };
    const mails = Array.from({ length: 50 }, () => sampleMail());
    const insertions = await Promise.all(
      mails.map((mail) => insert(store, mail, sampleContent(), key)),
    );
    t.equal(insertions.filter(({ kind }) => kind === 'stored').length, 1);
    t.equal(insertions.filter(({ kind }) => kind === 'repeated').length, 49);
    t.equal((await store.list('queued', { limit: 100 })).mails.length, 1);
  });

  behaviour('what was stored is there when it is opened again', async (t, store, place) => {
    const mail = sampleMail();
    const key = { key: 'k', digest: 'd' };
    await insert(store, mail, sampleContent(), key);
    const changed = await change(store, { ...mail, attempts: 7 });
    await store.close();
    const again = await place.open();
    t.teardown(() => again.close());
    t.same(await again.find(mail.id), changed);
    t.same(Uint8Array.from((await again.content(mail.id)) ?? []), sampleContent());
    t.match(await again.findByKey(key), { kind: 'repeated' });
    t.same(await listAll(again, 'queued', 10), [mail.id]);
  });

  behaviour(
    'closing waits for what was begun; afterwards every call is refused',
    async (t, store, place) => {
      const mails = Array.from({ length: 300 }, () => sampleMail());
      const insertions = mails.map((mail) => insert(store, mail, sampleContent()));
      await Promise.all([store.close(), store.close()]);
      await Promise.all(insertions);
      const refused = { name: 'StoreError', fault: 'StoreUnavailable' };
      const [mail] = mails;
      if (!mail) return;
      await t.rejects(insert(store, mail, sampleContent()), refused);
      await t.rejects(store.findByKey({ key: 'k', digest: 'd' }), refused);
      await t.rejects(store.find(mail.id), refused);
      await t.rejects(store.content(mail.id), refused);
      await t.rejects(store.update(mail), refused);
      await t.rejects(store.list('queued', { limit: 1 }), refused);
      await t.rejects(store.requeue(mail, 10), refused);
      await t.resolves(store.close());
      const again = await place.open();
      t.teardown(() => again.close());
      t.equal((await listAll(again, 'queued', 100)).length, 300);
    },
  );
}

async function requeued(store: MailStore, mail: MailRecord): Promise<MailRecord> {
  const requeueing = await store.requeue(mail, QUEUE_SIZE);
  if (requeueing.kind !== 'queued') throw new Error(requeueing.kind);
  return requeueing.mail;
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
