import { type FastifyInstance, fastify } from 'fastify';
import { type AdmissionRequest, decodeReview, ReviewError } from './admission/review.ts';
import { encodeReview, type Verdict } from './admission/verdict.ts';
import type { ServingCertificate } from './certificates/certificate-source.ts';
import { tlsOptions } from './certificates/follow-certificate.ts';

/** An update carries the old and the new object, 3 MB each at most, and the review around them. */
const BODY_LIMIT = 7 * 1024 * 1024;
/** The API server closes idle connections after 90 s; ending them sooner would race with its next call. */
const KEEP_ALIVE_MS = 95_000;

export interface WebhookServerDeps {
  readonly certificate: ServingCertificate;
  validate(request: AdmissionRequest): Promise<Verdict>;
  mutate(request: AdmissionRequest): Verdict;
  /** Told of errors that are ours. */
  failed(error: unknown): void;
}

/** The HTTPS edge of the webhook: sizes, types and decoding; what is right is decided elsewhere. */
export function createWebhookServer(deps: WebhookServerDeps): FastifyInstance {
  const app = fastify({
    https: tlsOptions(deps.certificate),
    bodyLimit: BODY_LIMIT,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Closing ends idle connections and waits for answers under way.
    forceCloseConnections: 'idle',
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const code = error instanceof ReviewError ? 400 : (error.statusCode ?? 500);
    if (code >= 500) deps.failed(error);
    return reply.code(code).send({ error: code >= 500 ? 'internal error' : error.message });
  });
  app.post('/validate', async ({ body }) => {
    const request = decodeReview(body);
    return encodeReview(request.uid, await deps.validate(request));
  });
  app.post('/mutate', async ({ body }) => {
    const request = decodeReview(body);
    return encodeReview(request.uid, deps.mutate(request));
  });
  return app;
}
