import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The version of a module that the go.mod in a folder pins; throws if it does not name it. */
export async function requiredVersion(folder: string, module: string): Promise<string> {
  const goMod = join(folder, 'go.mod');
  const lines = (await readFile(goMod, 'utf8')).split('\n').map((line) => line.trim());
  const version = lines.find((line) => line.startsWith(`${module} v`))?.split(' ')[1];
  if (version === undefined) throw new Error(`${goMod} does not name ${module}`);
  return version;
}
