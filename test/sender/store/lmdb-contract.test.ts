import { join } from 'node:path';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import t from 'tap';
import { testStoreContract } from './contract.ts';

testStoreContract(t, (t) => {
  const folder = join(t.testdir(), 'data');
  return { open: () => openLmdbStore(folder) };
});
