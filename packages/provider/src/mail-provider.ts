import { z } from 'zod';
import { PROBE_REQUESTED_AT_ANNOTATION } from './identity.ts';
import { statusSchema } from './status-schema.ts';

/** The object metadata that this project reads (Kubernetes API conventions). */
const metadata = z.object({
  name: z.string().min(1),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  generation: z.int().default(0),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  annotations: z.object({ [PROBE_REQUESTED_AT_ANNOTATION]: z.string().optional() }).optional(),
});

const mailProvider = z.object({
  metadata,
  spec: z.unknown().optional(),
  // A status that is not ours is no status: it is written anew with the next check.
  status: statusSchema.optional().catch(undefined),
});

/**
 * A MailProvider as it was stored or written. `spec` is whatever its writer put there: it may have
 * been admitted while the webhook was absent, so it is only trusted after `validateSpec`.
 */
export type MailProvider = z.output<typeof mailProvider>;

/** Reads an object's metadata and status; `undefined` if it has no name. */
export function decodeMailProvider(object: unknown): MailProvider | undefined {
  const parsed = mailProvider.safeParse(object);
  return parsed.success ? parsed.data : undefined;
}
