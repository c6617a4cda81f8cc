import { join } from 'node:path';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import t, { type Test } from 'tap';
import { testClaimsContract } from './claims-contract.ts';
import { testStoreContract } from './contract.ts';

function fresh(t: Test) {
  const folder = join(t.testdir(), 'data');
  return { open: () => openLmdbStore(folder) };
}

testStoreContract(t, fresh);
testClaimsContract(t, fresh);
