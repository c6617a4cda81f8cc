import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@mailprovider/pki';
import { createReview } from './review.ts';

/** Files of one benchmark, readable for this user only. */
export interface BenchDirectory {
  readonly path: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The body of each request of the load. */
  readonly bodyFile: string;
  /** Authority of the certificate. */
  readonly authorityPem: string;
  remove(): Promise<void>;
}

/** Writes a new certificate for 127.0.0.1, which both webhooks serve, and the body of the load. */
export async function createBenchDirectory(): Promise<BenchDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'mailprovider-bench-'));
  const validity = { now: new Date(), validDays: 1 };
  const authority = createAuthority({ commonName: 'bench authority', ...validity });
  const server = { commonName: 'webhook', addresses: ['127.0.0.1'], ...validity };
  const { certificatePem, keyPem } = authority.issue({ ...server, usages: ['server'] });
  const write = async (name: string, text: string) => {
    const file = join(path, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  return {
    path,
    certificateFile: await write('webhook.crt', certificatePem),
    keyFile: await write('webhook.key', keyPem),
    bodyFile: await write('review.json', createReview()),
    authorityPem: authority.certificatePem,
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
