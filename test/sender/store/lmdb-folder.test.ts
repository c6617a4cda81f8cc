import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StoreFault } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { execa } from 'execa';
import { open as openLmdb } from 'lmdb';
import t, { type Test } from 'tap';
import { insert } from './sample-changes.ts';
import { sampleContent, sampleMail } from './sample-mail.ts';

const writingProcess = join(import.meta.dirname, 'writing-process.js');

t.test('a folder is created for its owner alone, but not what it is to be in', async (t) => {
  const parent = t.testdir();
  const store = await openLmdbStore(join(parent, 'data'));
  await store.close();
  t.same((await readdir(join(parent, 'data'))).sort(), ['lock', 'mails.mdb', 'mails.mdb-lock']);
  for (const path of ['data', 'data/lock', 'data/mails.mdb', 'data/mails.mdb-lock']) {
    t.equal((await stat(join(parent, path))).mode & 0o077, 0, path);
  }
  await t.rejects(openLmdbStore(join(parent, 'missing', 'data')), {
    name: 'StoreError',
    fault: 'StoreUnavailable',
    message: /missing\/data cannot be used; create the folder it is to be in/,
  });
});

t.test('a folder is for one store at a time, in one process or in two', async (t) => {
  const folder = join(t.testdir(), 'data');
  const store = await openLmdbStore(folder);
  const message = `${folder} is in use; stop the process that has it open, or use another folder (process ${process.pid})`;
  await t.rejects(openLmdbStore(folder), { fault: 'StoreInUse', message });
  const other = await execa('node', [writingProcess, folder], { reject: false });
  t.not(other.exitCode, 0);
  t.match(other.stderr, message);
  await t.resolves(insert(store, sampleMail(), sampleContent()));
  await store.close();
  await (await openLmdbStore(folder)).close();
});

t.test('what a killed process had open is taken over', async (t) => {
  const folder = join(t.testdir(), 'data');
  const holder = execa('node', [writingProcess, folder, '1', '1000000'], {
    reject: false,
    buffer: false,
  });
  await once(createInterface({ input: holder.stdout }), 'line');
  const message = new RegExp(`process ${holder.pid}`);
  await t.rejects(openLmdbStore(folder), { fault: 'StoreInUse', message });
  holder.kill('SIGKILL');
  await holder;
  const store = await openLmdbStore(folder);
  await store.close();
});

t.test('a process that closed its store ends by itself', async (t) => {
  const folder = join(t.testdir(), 'data');
  const { exitCode } = await execa('node', [writingProcess, folder], { timeout: 10_000 });
  t.equal(exitCode, 0);
});

t.test('what a file system keeps in its root is no stranger', async (t) => {
  const folder = t.testdir({ 'lost+found': {} });
  await (await openLmdbStore(folder)).close();
});

t.test('a store whose creation was cut short is created anew', async (t) => {
  const folder = t.testdir({ 'unfinished.mdb': 'half', 'unfinished.mdb-lock': '', lock: '1\n' });
  await (await openLmdbStore(folder)).close();
  t.notOk((await readdir(folder)).some((name) => name.startsWith('unfinished')));
});

t.test('what is not ours is left as it is', async (t) => {
  const folder = t.testdir({ 'notes.txt': 'mine' });
  await assertRefused(t, folder, 'StoreForeign');
  t.same(await readdir(folder), ['notes.txt']);

  const file = join(folder, 'notes.txt');
  await t.rejects(openLmdbStore(file), { name: 'StoreError', fault: 'StoreForeign' });
  t.equal(await readFile(file, 'utf8'), 'mine');
});

t.test('an LMDB file of another program is left as it is', async (t) => {
  const folder = t.testdir();
  const stranger = openLmdb({ path: join(folder, 'mails.mdb') });
  await stranger.put('a', 'b');
  await stranger.close();
  await assertRefused(t, folder, 'StoreForeign');
});

t.test('a store of an unknown schema is left as it is', async (t) => {
  const folder = await storeFolder(t);
  const root = openLmdb({ path: join(folder, 'mails.mdb'), encoding: 'json' });
  await root.put('mail-store-schema', 2);
  await root.close();
  await assertRefused(t, folder, 'StoreVersionUnknown');
});

/** What becomes of a data file, at what offsets of its first header where it is that. */
const damages: readonly [name: string, fault: StoreFault, damage: (file: Buffer) => Buffer][] = [
  ['empty', 'StoreCorrupt', () => Buffer.alloc(0)],
  ['shorter than a header', 'StoreCorrupt', (file) => file.subarray(0, 100)],
  ['shorter than its two headers', 'StoreCorrupt', (file) => file.subarray(0, 4_100)],
  ['cut in half', 'StoreCorrupt', (file) => file.subarray(0, file.length / 2)],
  ['cut off by some pages', 'StoreCorrupt', (file) => file.subarray(0, file.length - 200 * 4_096)],
  ['text', 'StoreCorrupt', () => Buffer.from('mails\n'.repeat(10_000))],
  ['zeros', 'StoreCorrupt', (file) => Buffer.alloc(file.length)],
  ['zeros at its beginning', 'StoreCorrupt', (file) => file.fill(0, 0, 4_096)],
  ['zeros in its second header', 'StoreCorrupt', (file) => file.fill(0, 4_096, 8_192)],
  ['of another format', 'StoreVersionUnknown', (file) => file.fill(1, 28, 29)],
  ['of an impossible page size', 'StoreCorrupt', (file) => file.fill(3, 48, 49)],
];

for (const [name, fault, damage] of damages) {
  t.test(`a data file that is ${name} is told from a store, and left as it is`, async (t) => {
    const folder = await storeFolder(t);
    const path = join(folder, 'mails.mdb');
    const sound = await readFile(path);
    await writeFile(path, damage(Buffer.from(sound)));
    await assertRefused(t, folder, fault);
    await writeFile(path, sound);
    const store = await openLmdbStore(folder);
    t.equal((await store.list('queued', { limit: 100 })).mails.length, 50);
    await store.close();
  });
}

t.test('a file in place of the data file that is a folder is told', async (t) => {
  const folder = t.testdir();
  await mkdir(join(folder, 'mails.mdb'));
  await t.rejects(openLmdbStore(folder), { name: 'StoreError', message: new RegExp(folder) });
});

/** A folder with a store of fifty mails that are larger than a page. */
async function storeFolder(t: Test): Promise<string> {
  const folder = join(t.testdir(), 'data');
  const store = await openLmdbStore(folder);
  for (let count = 0; count < 50; count += 1) {
    await insert(store, sampleMail(), sampleContent(200_000));
  }
  await store.close();
  return folder;
}

/** Opening fails with an error that names the folder, and changes no byte of any file. */
async function assertRefused(t: Test, folder: string, fault: StoreFault): Promise<void> {
  const before = await filesOf(folder);
  await t.rejects(openLmdbStore(folder), {
    name: 'StoreError',
    fault,
    message: new RegExp(`^${folder} .*left as it is; `),
  });
  const after = await filesOf(folder);
  for (const [name, bytes] of before) t.ok(after.get(name)?.equals(bytes), `${name} is unchanged`);
}

async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.mdb'));
  const files = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
  return new Map(await Promise.all(files));
}
