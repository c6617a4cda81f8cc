import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCK_FILE } from './folder-lock.ts';
import { storeFault } from './store-failure.ts';

export const DATA_FILE = 'mails.mdb';
/** A store that is being created; it becomes the data file when it is whole. */
export const UNFINISHED_FILE = 'unfinished.mdb';

/** Files of a folder of ours; `lost+found` is what a file system has in its root. */
const KNOWN_FILES: ReadonlySet<string> = new Set([
  LOCK_FILE,
  ...[DATA_FILE, UNFINISHED_FILE].flatMap((file) => [file, `${file}-lock`]),
  'lost+found',
]);

/** Creates a folder if it is missing, its parent not. Throws `StoreForeign` if it holds other files. */
export async function claimFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const entries = await readdir(folder);
  const other = entries.find((entry) => !KNOWN_FILES.has(entry));
  if (other !== undefined) throw storeFault('StoreForeign', folder, `it has ${other}`);
}

/** Whether a folder has a store; one whose creation was cut short is removed. */
export async function hasStore(folder: string): Promise<boolean> {
  for (const file of [UNFINISHED_FILE, `${UNFINISHED_FILE}-lock`]) {
    await rm(join(folder, file), { force: true });
  }
  return (await readdir(folder)).includes(DATA_FILE);
}

/**
 * What LMDB needs beside a data file: its table of readers takes 8272 bytes, which it maps, and the
 * beginning of a new data file two pages of at most 64 KiB.
 */
const READER_TABLE_BYTES = 16 * 2 ** 10;
const BEGINNING_BYTES = 128 * 2 ** 10;

/**
 * Makes sure that LMDB can write the table of readers of a data file: it would be killed where there
 * is no room for what it maps, and fails to open with a crash of the process.
 */
export async function allocateReaderTable(folder: string, dataFile: string): Promise<void> {
  const path = join(folder, `${dataFile}-lock`);
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = await file.stat();
    if (size < READER_TABLE_BYTES) await file.writeFile(Buffer.alloc(READER_TABLE_BYTES));
  } finally {
    await file.close();
  }
}

/** Rejects where LMDB could not begin a data file, which would crash the process too. */
export async function tryBeginning(folder: string): Promise<void> {
  const path = join(folder, UNFINISHED_FILE);
  await writeFile(path, Buffer.alloc(BEGINNING_BYTES), { mode: 0o600 });
  await rm(path);
}

/** Makes an unfinished store the one of its folder, durably. */
export async function finishStore(folder: string): Promise<void> {
  await rename(join(folder, UNFINISHED_FILE), join(folder, DATA_FILE));
  await rm(join(folder, `${UNFINISHED_FILE}-lock`), { force: true });
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
