import { type FSWatcher, watch } from 'node:fs';

function watchFolder(folder: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
}

/**
 * Tells of changes in folders until the returned function is called.
 *
 * Only a hint: a folder that is itself replaced, or that the system cannot watch, tells nothing.
 */
export function watchFolders(folders: Iterable<string>, changed: () => void): () => void {
  const watchers = [...new Set(folders)].map((folder) => watchFolder(folder, changed));
  return () => {
    for (const watcher of watchers) watcher?.close();
  };
}
