import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
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
 * LMDB maps a file beside the data file, of 8 KB, and writes to it: without room for that the system
 * ends the process. Throws `StoreFull` unless the file is there, or there is room for it and more.
 */
export async function allowForLockTable(folder: string): Promise<void> {
  if ((await readdir(folder)).includes(`${DATA_FILE}-lock`)) return;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < 2 ** 20) throw storeFault('StoreFull', folder);
}

/** Makes an unfinished store the one of its folder, durably. */
export async function finishStore(folder: string): Promise<void> {
  await rename(join(folder, UNFINISHED_FILE), join(folder, DATA_FILE));
  await rm(join(folder, `${UNFINISHED_FILE}-lock`), { force: true });
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
