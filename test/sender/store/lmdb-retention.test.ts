import { join } from 'node:path';
import type { LmdbMailStore } from '@mailprovider/sender/store/lmdb-mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import t, { type Test } from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { change, insert } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';

/** Nothing goes by itself. */
const FOR_EVER = { sentRetentionMs: Number.MAX_VALUE, deadLetterRetentionMs: Number.MAX_VALUE };

async function opened(t: Test): Promise<LmdbMailStore> {
  const store = await openLmdbStore(join(t.testdir(), 'data'), { retention: FOR_EVER });
  t.teardown(() => store.close());
  return store;
}

t.test('mails that ended before a time go, with their keys and contents', async (t) => {
  const store = await opened(t);
  const times = [1_000, 2_000, 1_500, 999, 3_000];
  const mails = times.map(() => sampleMail({ acceptedAt: 500 }));
  for (const [index, mail] of mails.entries()) {
    await insert(store, mail, sampleContent(), { key: mail.id, digest: 'd' });
    await change(store, { ...mail, state: 'dead', dueAt: times[index] ?? 0 });
  }
  t.equal(await store.expire('sent', 1_600), 0);
  t.equal(await store.expire('dead', 1_600), 3);
  t.equal(await store.expire('dead', 1_600), 0);
  for (const [index, { id }] of mails.entries()) {
    const kept = (times[index] ?? 0) >= 1_600;
    t.equal((await store.find(id)) !== undefined, kept);
    t.equal((await store.content(id)) !== undefined, kept);
    t.equal((await store.findByKey({ key: id, digest: 'd' })) !== undefined, kept);
  }
  const key = { key: mails[0]?.id ?? '', digest: 'other' };
  t.same(await insert(store, sampleMail(), sampleContent(), key), { kind: 'stored' });
});

t.test('more mails expire than are looked at in one go', async (t) => {
  const store = await opened(t);
  const mails = Array.from({ length: 1_000 }, () => sampleMail({ acceptedAt: 500 }));
  await Promise.all(mails.map((mail) => insert(store, mail, new Uint8Array(1))));
  const ends = mails.map((mail, index) =>
    change(store, { ...mail, state: 'sent', dueAt: index % 3 === 0 ? 5_000 : 1_000 }),
  );
  await Promise.all(ends);
  t.equal(await store.expire('sent', 2_000), 666);
  t.equal((await store.list('sent', { limit: 1_000 })).mails.length, 334);
});

t.test('what ended long enough ago goes within a minute', async (t) => {
  const clock = new ManualClock();
  const retention = { sentRetentionMs: 3_600_000, deadLetterRetentionMs: 7_200_000 };
  const store = await openLmdbStore(join(t.testdir(), 'data'), { retention, clock });
  t.teardown(() => store.close());
  const now = clock.now().getTime();
  for (const state of ['sent', 'cancelled', 'dead'] as const) {
    const mail = sampleMail({ acceptedAt: now });
    await insert(store, mail, sampleContent());
    await change(store, { ...mail, state, dueAt: now });
  }
  const states = async () => {
    const pages = await Promise.all(
      (['sent', 'cancelled', 'dead'] as const).map((state) => store.list(state, { limit: 5 })),
    );
    return pages.map(({ mails }) => mails.length);
  };
  t.same(await states(), [1, 1, 1]);
  clock.advance(3_661_000);
  for (const state of ['sent', 'cancelled', 'dead'] as const) await store.expire(state, 0);
  t.same(await states(), [0, 0, 1]);
});
