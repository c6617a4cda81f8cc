import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generatedFiles } from '@mailprovider/generate/files';
import t from 'tap';

const root = join(import.meta.dirname, '../../..');

for (const [path, content] of generatedFiles()) {
  t.test(`${path} is what its source says`, async (t) => {
    const stored = await readFile(join(root, path), 'utf8');
    t.equal(stored, content, 'run `npm run generate` and commit the result');
  });
}
