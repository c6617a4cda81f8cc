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

export interface FolderListener {
  changed(content: FolderContent): void;
  /** The folder cannot be read any more; `changed` follows when it can. */
  vanished(): void;
}

/**
 * Reads the folder, and again after each change of a file in it.
 *
 * Rejects with `StartupError` if the first reading finds no folder.
 */
export async function watchFolder(
  folder: string,
  listener: FolderListener,
): Promise<{ close(): Promise<void> }> {
  const first = await readFolder(folder);
  let timer: NodeJS.Timeout | undefined;
  let reading = Promise.resolve();
  const read = async () => {
    const content = await readFolder(folder).catch(() => undefined);
    if (content === undefined) listener.vanished();
    else listener.changed(content);
  };
  const readSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reading = reading.then(read);
    }, SETTLE_MS);
  };
  const stop = watchByName(resolve(folder), readSoon);
  listener.changed(first);
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
