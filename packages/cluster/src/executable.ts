import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export async function firstExecutable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await isExecutable(file)) return file;
  return undefined;
}

/** Where a program of that name may be by the value of PATH. */
export function placesOnPath(name: string, path: string): readonly string[] {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name));
}
