import { writeFile } from 'node:fs/promises';
import { HEALTH_DOCUMENT, realHealthDocument } from './health-document-examples.ts';
import { sharedCluster } from './shared-cluster.ts';

const { real } = await realHealthDocument(sharedCluster());
await writeFile(HEALTH_DOCUMENT, real);
