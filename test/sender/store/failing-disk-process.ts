import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { StoreError } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { insert } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';

/**
 * Inserts mails until one fails, then a few more, and closes the store. Prints the ids of the mails
 * that were stored, the faults of those that were not, and whether the store says that it works. Ends by a promise that nobody handles.
 */
const [folder = ''] = argv.slice(2);
const store = await openLmdbStore(folder);
const stored: string[] = [];
const faults: string[] = [];
for (let afterFailure = 0; afterFailure < 5 && stored.length < 500; ) {
  const mail = sampleMail();
  try {
    await insert(store, mail, sampleContent());
    stored.push(mail.id);
  } catch (error) {
    faults.push(error instanceof StoreError ? error.fault : String(error));
  }
  afterFailure += Math.min(faults.length, 1);
}
for (const id of stored) await store.find(id).catch(({ fault }) => faults.push(`find ${fault}`));
const { isWorking } = store;
await store.close();
writeSync(1, JSON.stringify({ stored, faults, isWorking }));
