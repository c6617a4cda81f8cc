import { z } from 'zod';

const responseSchema = z
  .strictObject({
    uid: z.string(),
    allowed: z.boolean(),
    status: z
      .strictObject({
        code: z.number().min(400),
        message: z.string().min(1),
        details: z.strictObject({ retryAfterSeconds: z.number() }).optional(),
      })
      .optional(),
    warnings: z.array(z.string()).min(1).optional(),
    auditAnnotations: z.record(z.string(), z.string()).optional(),
    patchType: z.literal('JSONPatch').optional(),
    patch: z.base64().optional(),
  })
  .refine(({ patch, patchType }) => (patch === undefined) === (patchType === undefined))
  .refine(({ allowed, status }) => allowed === (status === undefined));

/** What the API server takes as an answer; stricter than it is, so that no slip passes. */
export const answerSchema = z.strictObject({
  apiVersion: z.enum(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']),
  kind: z.literal('AdmissionReview'),
  response: responseSchema,
});
