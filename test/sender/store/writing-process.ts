import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { change, insert } from './sample-changes.ts';
import { contentOf, sampleMail } from './sample-mail.ts';

/**
 * Writes mails into the store of a folder and tells on standard output what was acknowledged, as
 * `insert ID`, `attempt ID` and `sent ID`, with so many writers at a time and until each of them
 * wrote so many mails.
 */
const [folder = '', writers = '1', mails = '1'] = argv.slice(2);
const store = await openLmdbStore(folder);
await Promise.all(Array.from({ length: Number(writers) }, writeMails));
await store.close();

async function writeMails(): Promise<void> {
  for (let count = 0; count < Number(mails); count += 1) {
    const mail = sampleMail();
    await insert(store, mail, contentOf(mail.id), { key: mail.id, digest: 'd' });
    writeSync(1, `insert ${mail.id}\n`);
    const tried = await change(store, { ...mail, attempts: 1 });
    writeSync(1, `attempt ${mail.id}\n`);
    if (count % 2 === 1) continue;
    await change(store, { ...tried, state: 'sent' });
    writeSync(1, `sent ${mail.id}\n`);
  }
}
