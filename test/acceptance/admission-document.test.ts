import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { WITHOUT_PROGRAMS } from '../cluster/control-plane.ts';
import { answersOfCluster } from './admission-document-cluster.ts';

t.test(
  'docs/admission.md says what the webhook says',
  {
    skip: WITHOUT_PROGRAMS,
  },
  async (t) => {
    const written = await readFile(join(import.meta.dirname, '../../../docs/admission.md'), 'utf8');
    t.equal(written, await answersOfCluster(), 'else run: npm run generate:admission');
  },
);
