import { rmSync, writeFileSync, writeSync } from 'node:fs';
import { argv } from 'node:process';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { insert } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';

/**
 * Writes mails while another fills the disk, until room was made again; then prints which were
 * stored and which were refused. A process of its own, as LMDB tells of failures on standard error,
 * and as a promise that nobody handles has to end it.
 */
const [folder = '', ballast = ''] = argv.slice(2);
const store = await openLmdbStore(folder);
const stored: string[] = [];
const refused: string[] = [];

await insertMany(200);
try {
  writeFileSync(ballast, new Uint8Array(2 ** 30));
} catch {
  // It takes what there is, and fails.
}
const [first = ''] = stored;
for (let round = 0; round < 5; round += 1) {
  await insertMany(100);
  if (!(await store.content(first))) throw new Error('reading failed');
}
rmSync(ballast);
const before = stored.length;
await insertMany(10);
if (stored.length !== before + 10) throw new Error('writing failed after room was made');
await store.close();
writeSync(1, JSON.stringify({ stored, refused }));

async function insertMany(count: number): Promise<void> {
  const mails = Array.from({ length: count }, () => sampleMail());
  const insertions = await Promise.allSettled(
    mails.map((mail) => insert(store, mail, sampleContent(1_400))),
  );
  for (const [index, { id }] of mails.entries()) {
    (insertions[index]?.status === 'fulfilled' ? stored : refused).push(id);
  }
}
