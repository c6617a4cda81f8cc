import { once } from 'node:events';
import { watch } from 'chokidar';
import { type FolderContent, readFolder } from './read-folder.ts';

/** Editors write a file in several steps; one reading follows the last of them. */
const SETTLE_MS = 50;

/**
 * Reads the folder again after each change of a file in it.
 *
 * A folder that vanishes is a change without files to read; it is left as it was until it is back.
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
  await once(watcher, 'ready');
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await reading;
    },
  };
}
