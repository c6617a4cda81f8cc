import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedFiles } from './files.ts';

const root = join(import.meta.dirname, '../../..');

for (const [path, content] of generatedFiles()) {
  await writeFile(join(root, path), content);
  process.stdout.write(`${path}\n`);
}
