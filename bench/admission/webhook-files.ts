import { createAuthority } from '@mailprovider/pki';
import { type BenchDirectory, createBenchDirectory } from '../measure/bench-directory.ts';
import { createReview } from './review.ts';

/** Files that both webhooks, and the load on them, are given. */
export interface WebhookFiles extends Pick<BenchDirectory, 'path' | 'remove'> {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The body of each request of the load. */
  readonly bodyFile: string;
  /** Authority of the certificate. */
  readonly authorityPem: string;
}

/** Writes a new certificate for 127.0.0.1, which both webhooks serve, and the body of the load. */
export async function createWebhookFiles(): Promise<WebhookFiles> {
  const { path, write, remove } = await createBenchDirectory();
  const validity = { now: new Date(), validDays: 1 };
  const authority = createAuthority({ commonName: 'bench authority', ...validity });
  const server = { commonName: 'webhook', addresses: ['127.0.0.1'], ...validity };
  const { certificatePem, keyPem } = authority.issue({ ...server, usages: ['server'] });
  return {
    path,
    certificateFile: await write('webhook.crt', certificatePem),
    keyFile: await write('webhook.key', keyPem),
    bodyFile: await write('review.json', createReview()),
    authorityPem: authority.certificatePem,
    remove,
  };
}
