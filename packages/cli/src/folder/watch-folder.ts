import { once } from 'node:events';
import { watch } from 'chokidar';
import { type FolderContent, readFolder } from './read-folder.ts';

/** Editors write a file in several steps; one reading follows the last of them. */
const SETTLE_MS = 50;

/**
 * Reads the folder, and again after each change of a file in it.
 *
 * Rejects with `FolderError` if the first reading finds no folder. One that vanishes later is left
 * as it was until it is back.
 */
export async function watchFolder(
  folder: string,
  changed: (content: FolderContent) => void,
): Promise<{ close(): Promise<void> }> {
  const watcher = watch(folder, { depth: 0, ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  let reading = Promise.resolve();
  const read = async () => {
    try {
      changed(await readFolder(folder));
    } catch {
      // No folder, nothing to take over; its return is the next change.
    }
  };
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reading = reading.then(read);
    }, SETTLE_MS);
  });
  const close = async () => {
    clearTimeout(timer);
    await watcher.close();
    await reading;
  };
  // Only now is no change missed between the reading and the watching.
  await once(watcher, 'ready');
  try {
    changed(await readFolder(folder));
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
