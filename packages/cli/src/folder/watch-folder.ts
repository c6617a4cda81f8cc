import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type FolderContent, readFolder } from './read-folder.ts';

/** Editors write a file in several steps; one reading follows the last of them. */
const SETTLE_MS = 50;

/** Watches a folder wherever its name leads, also after it was replaced by another folder. */
function watchByName(path: string, happened: () => void): () => void {
  let inner: FSWatcher | undefined;
  const follow = () => {
    inner?.close();
    try {
      inner = watch(path, happened).on('error', happened);
    } catch {
      // Not there now; the parent tells when it is back.
    }
  };
  const parent = watch(dirname(path), (_event, name) => {
    if (name !== basename(path)) return;
    follow();
    happened();
  }).on('error', happened);
  follow();
  return () => {
    parent.close();
    inner?.close();
  };
}

/**
 * Reads the folder, and again after each change of a file in it.
 *
 * Rejects with `StartupError` if the first reading finds no folder. One that vanishes later is left
 * as it was until it is back.
 */
export async function watchFolder(
  folder: string,
  changed: (content: FolderContent) => void,
): Promise<{ close(): Promise<void> }> {
  const first = await readFolder(folder);
  let timer: NodeJS.Timeout | undefined;
  let reading = Promise.resolve();
  const read = async () => {
    try {
      changed(await readFolder(folder));
    } catch {
      // No folder, nothing to take over; its return is the next change.
    }
  };
  const readSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reading = reading.then(read);
    }, SETTLE_MS);
  };
  const stop = watchByName(resolve(folder), readSoon);
  changed(first);
  // What changed between the first reading and the watching is read too.
  readSoon();
  return {
    async close() {
      clearTimeout(timer);
      stop();
      await reading;
    },
  };
}
