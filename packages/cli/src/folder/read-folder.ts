import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '@mailprovider/process';
import { type FileContent, readDocuments } from './documents.ts';

const YAML = /\.(ya?ml|json)$/;

/** What a folder holds, by file. */
export type FolderContent = ReadonlyMap<string, FileContent>;

/**
 * Reads every `.yaml`, `.yml` and `.json` file directly in a folder, in the order of their names,
 * as `kubectl apply -f FOLDER` does. Throws `StartupError` if there is no such folder.
 */
export async function readFolder(folder: string): Promise<FolderContent> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new StartupError(
      `cannot read the folder "${folder}" (${error.code}); name one: mailprovider start DIR`,
    );
  });
  const files = names.filter((name) => YAML.test(name)).sort();
  return new Map(
    await Promise.all(files.map(async (name) => [name, await readOne(folder, name)] as const)),
  );
}

async function readOne(folder: string, name: string): Promise<FileContent> {
  const file = join(folder, name);
  try {
    return readDocuments(file, await readFile(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? `: ${error.code}` : '';
    return {
      objects: [],
      problems: [{ file, message: `cannot be read${code}` }],
      readable: false,
    };
  }
}
