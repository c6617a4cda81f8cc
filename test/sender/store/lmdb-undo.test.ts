import { join } from 'node:path';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import t from 'tap';
import { insert } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';

t.test('nothing is left of a change that fails half-way, and others go on', async (t) => {
  const store = await openLmdbStore(join(t.testdir(), 'data'));
  t.teardown(() => store.close());
  const recipient = {
    address: 'a@example.com',
    outcome: 'pending',
    toJSON: () => {
      throw new Error('no JSON');
    },
  } as const;
  const failed = { name: 'StoreError', fault: 'StoreUnavailable' };
  const mails = Array.from({ length: 30 }, () => sampleMail());
  const [first] = mails;
  if (!first) return;
  await insert(store, first, sampleContent());
  const bad = sampleMail({ recipients: [recipient] });
  const key = { key: 'k', digest: 'd' };
  const insertions = mails.slice(1).map((mail) => insert(store, mail, sampleContent()));
  await Promise.all([
    t.rejects(insert(store, bad, sampleContent(), key), failed),
    t.rejects(store.update({ ...first, state: 'dead', recipients: [recipient] }), failed),
  ]);
  const kinds = (await Promise.all(insertions)).map(({ kind }) => kind);
  t.same([...new Set(kinds)], ['stored']);
  t.same((await store.list('queued', { limit: 100 })).mails, mails);
  t.equal(await store.find(bad.id), undefined);
  t.equal(await store.content(bad.id), undefined);
  t.same(await insert(store, sampleMail(), sampleContent(), key), { kind: 'stored' });
});
