import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import type { StoreError } from './mail-store.ts';
import { storeFault } from './store-failure.ts';

export const LOCK_FILE = 'lock';

/**
 * Locks a folder for this open of it, until the handle is closed or the process ends in whatever
 * way: the lock is the kernel's (fcntl(2), open file description locks), so what a killed process
 * leaves is a file, not a lock. Throws `StoreInUse`.
 */
export async function lockFolder(folder: string): Promise<FileHandle> {
  const path = join(folder, LOCK_FILE);
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    if (!tryLock(file.fd)) throw await inUse(folder, path);
    await leaveHint(file);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes who has the lock, over who had it; there may be no room for it. */
async function leaveHint(file: FileHandle): Promise<void> {
  await file.write(`${process.pid}`.padEnd(20), 0).catch(() => {});
}

async function inUse(folder: string, path: string): Promise<StoreError> {
  const holder = (await readFile(path, 'utf8').catch(() => '')).trim();
  return storeFault('StoreInUse', folder, /^\d+$/.test(holder) ? `process ${holder}` : undefined);
}
