import { join } from 'node:path';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import t from 'tap';
import { sampleContent, sampleMail } from './sample-mail.ts';

t.test('nothing is left of an insertion that fails half-way, and others go on', async (t) => {
  const store = await openLmdbStore(join(t.testdir(), 'data'));
  t.teardown(() => store.close());
  const recipient = {
    address: 'a@example.com',
    outcome: 'pending',
    toJSON: () => {
      throw new Error('no JSON');
    },
  } as const;
  const bad = sampleMail({ recipients: [recipient] });
  const mails = Array.from({ length: 30 }, () => sampleMail());
  const key = { key: 'k', digest: 'd' };
  const insertions = mails.map((mail) => store.insert(mail, sampleContent()));
  await t.rejects(store.insert(bad, sampleContent(), key), {
    name: 'StoreError',
    fault: 'StoreUnavailable',
  });
  const kinds = (await Promise.all(insertions)).map(({ kind }) => kind);
  t.same([...new Set(kinds)], ['stored']);
  t.equal(await store.findByKey(key), undefined);
  t.equal(await store.find(bad.id), undefined);
  t.equal(await store.content(bad.id), undefined);
  t.same(await store.insert(sampleMail(), sampleContent(), key), { kind: 'stored' });
});
