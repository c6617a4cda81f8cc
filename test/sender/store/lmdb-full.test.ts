import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { change, insert } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';
import { mountDisk, whyNoDisk } from './small-disk.ts';

const MEBIBYTE = 2 ** 20;
const full = { name: 'StoreError', fault: 'StoreFull' };
const skip = await whyNoDisk();

t.test('a store that reached its limit takes changes, and mails when others went', async (t) => {
  const folder = join(t.testdir(), 'data');
  const maxBytes = 32 * MEBIBYTE;
  const store = await openLmdbStore(folder, { maxBytes });
  t.teardown(() => store.close());
  const mails = await fill(store);
  await assertWorksWhenFull(t, store, mails);
  t.ok((await stat(join(folder, 'mails.mdb'))).size <= maxBytes);
});

t.test(
  'a disk that is nearly full takes changes, and mails when others went',
  { skip },
  async (t) => {
    const store = await openLmdbStore(join(await mountDisk(t, 32), 'data'));
    t.teardown(() => store.close());
    const mails = await fill(store);
    await assertWorksWhenFull(t, store, mails);
  },
);

t.test(
  'others may fill the disk: what fails is not stored, and the rest is safe',
  { skip },
  async (t) => {
    const disk = await mountDisk(t, 40);
    const folder = join(disk, 'data');
    const program = join(import.meta.dirname, 'full-disk-process.js');
    const { stdout } = await execa('node', [program, folder, join(disk, 'ballast')]);
    const { stored, refused }: { stored: string[]; refused: string[] } = JSON.parse(stdout);
    t.ok(refused.length > 100, 'mails were refused');
    const store = await openLmdbStore(folder);
    t.teardown(() => store.close());
    for (const id of stored) t.ok(await store.content(id));
    for (const id of refused) t.equal(await store.find(id), undefined);
  },
);

t.test(
  'a disk without any room: a store is not created, but opened and read',
  { skip },
  async (t) => {
    const disk = await mountDisk(t, 32);
    const folder = join(disk, 'data');
    await fillDisk(disk);
    await t.rejects(openLmdbStore(folder), full);
    await rm(join(disk, 'ballast'));
    const mail = sampleMail();
    const store = await openLmdbStore(folder);
    await insert(store, mail, sampleContent());
    await store.close();
    await fillDisk(disk);
    const again = await openLmdbStore(folder);
    t.teardown(() => again.close());
    t.same(await again.find(mail.id), mail);
    await t.rejects(insert(again, sampleMail(), sampleContent()), full);
  },
);

/** Leaves no page of a disk. */
async function fillDisk(disk: string): Promise<void> {
  await t.rejects(writeFile(join(disk, 'ballast'), new Uint8Array(2 ** 26)), { code: 'ENOSPC' });
}

/** Inserts mails until there is no room for another one, at first twenty at a time. */
async function fill(store: MailStore): Promise<MailRecord[]> {
  const stored: MailRecord[] = [];
  for (const together of [20, 1]) {
    for (let room = true; room; ) {
      const mails = Array.from({ length: together }, () => sampleMail());
      const insertions = await Promise.allSettled(
        mails.map((mail) => insert(store, mail, sampleContent(20_000))),
      );
      room = insertions.every(({ status }) => status === 'fulfilled');
      stored.push(...mails.filter((_, index) => insertions[index]?.status === 'fulfilled'));
    }
  }
  return stored;
}

async function assertWorksWhenFull(
  t: Test,
  store: MailStore,
  mails: readonly MailRecord[],
): Promise<void> {
  t.ok(mails.length > 100, `${mails.length} mails`);
  const refused = sampleMail();
  await t.rejects(insert(store, refused, sampleContent(20_000), { key: 'k', digest: 'd' }), full);
  t.equal(await store.find(refused.id), undefined);
  t.equal(await store.findByKey({ key: 'k', digest: 'd' }), undefined);

  let current = mails;
  for (let attempts = 1; attempts <= 20; attempts += 1) {
    current = await Promise.all(current.map((mail) => change(store, { ...mail, attempts })));
  }
  await Promise.all(current.slice(0, 50).map((mail) => change(store, { ...mail, state: 'sent' })));
  for (let count = 0; count < 20; count += 1) {
    t.same(await insert(store, sampleMail(), sampleContent(20_000)), { kind: 'stored' });
  }
  t.equal((await store.list('sent', { limit: 100 })).mails.length, 50);
}
