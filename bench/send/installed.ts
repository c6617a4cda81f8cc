import { access, constants } from 'node:fs/promises';

/** The first of these files that can be run; undefined where there is none. */
export async function installed(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const runnable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) return file;
  }
  return undefined;
}
