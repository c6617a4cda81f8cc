import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answersOfCluster } from './admission-document-cluster.ts';

await writeFile(join(import.meta.dirname, '../../../docs/admission.md'), await answersOfCluster());
