import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { StoreError } from './mail-store.ts';

export const LOCK_FILE = 'lock';

/**
 * Locks a folder for this open of it, until the handle is closed or the process ends in whatever
 * way: the lock is the kernel's (fcntl(2), open file description locks), so what a killed process
 * leaves is a file, not a lock. Throws `StoreInUse`.
 */
export async function lockFolder(folder: string): Promise<FileHandle> {
  const path = join(folder, LOCK_FILE);
  const file = await open(path, 'a+');
  try {
    if (!tryLock(file.fd)) throw await inUse(folder, path);
    await file.truncate();
    await file.write(`${process.pid}\n`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function inUse(folder: string, path: string): Promise<StoreError> {
  const pid = (await readFile(path, 'utf8').catch(() => '')).trim();
  const holder = /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
  return new StoreError(
    'StoreInUse',
    `${folder} is in use by ${holder}; stop that one, or use another folder`,
  );
}
