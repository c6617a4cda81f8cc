import { z } from 'zod';

const object = z.record(z.string(), z.unknown()).nullish();

const reviewSchema = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    name: z.string().default(''),
    dryRun: z.boolean().default(false),
    userInfo: z
      .object({
        username: z.string().default(''),
        uid: z.string().default(''),
        groups: z.array(z.string()).default([]),
        extra: z.record(z.string(), z.array(z.string())).default({}),
      })
      .prefault({}),
    object,
    oldObject: object,
  }),
});

/** The question of the API server, as far as the answer depends on it. */
export type AdmissionRequest = z.output<typeof reviewSchema>['request'];

/** The body was no AdmissionReview v1. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}

/** Reads an AdmissionReview (admission.k8s.io/v1); throws `ReviewError` where it is none. */
export function decodeReview(body: unknown): AdmissionRequest {
  const parsed = reviewSchema.safeParse(body);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.map(String).join('.') || 'body';
    throw new ReviewError(`not an AdmissionReview of admission.k8s.io/v1: see ${path}`);
  }
  return parsed.data.request;
}
