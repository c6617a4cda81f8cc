import { type FastifyError, type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import {
  type Answer,
  createMutateHandler,
  createValidateHandler,
  type Handler,
  type ValidateHandlerDeps,
} from './admission/handlers.ts';
import type { JsonPatch } from './admission/json-patch.ts';
import { type AdmissionRequest, decodeReview } from './admission/review.ts';
import { answerWithinMs } from './answer-deadline.ts';
import type { ServingCertificate } from './certificates/certificate-source.ts';
import { HttpError } from './http-error.ts';
import { limitBodies } from './limit-bodies.ts';
import type { AnsweredCall, Webhook, WebhookMetrics } from './metrics.ts';

/** An update carries the old and the new object, 3 MB each at most, and the review around them. */
const BODY_LIMIT = 7 * 1024 * 1024;
/** The API server closes idle connections after 90 s; ending them sooner would race with its next call. */
const KEEP_ALIVE_MS = 95_000;
/** The API server waits 30 s at most (`timeoutSeconds`), so a request that takes longer has no reader. */
const REQUEST_MS = 32_000;
/** Go clients give a handshake 10 s. */
const HANDSHAKE_MS = 10_000;
/** How often connections are looked through for those that take too long. */
const TIMEOUT_CHECK_MS = 5_000;
const PATHS = ['/validate', '/mutate'];
const JSON_TYPE = 'application/json';

export interface WebhookServerDeps extends ValidateHandlerDeps {
  readonly certificate: ServingCertificate;
  mutate(request: AdmissionRequest): JsonPatch;
  readonly metrics: Pick<WebhookMetrics, 'started' | 'answered'>;
  /** Told of errors that are ours. */
  failed(error: unknown): void;
}

function listener(certificate: ServingCertificate): FastifyInstance {
  const app = fastify({
    https: {
      ...certificate,
      minVersion: 'TLSv1.2',
      headersTimeout: REQUEST_MS,
      handshakeTimeout: HANDSHAKE_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    bodyLimit: BODY_LIMIT,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS,
    // Closing ends idle connections and waits for answers under way.
    forceCloseConnections: 'idle',
    // What comes while it closes is answered as before.
    return503OnClosing: false,
    exposeHeadRoutes: false,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  return app;
}

/** The error to send for one of ours or of fastify's; what is neither is told and hidden. */
function httpErrorOf(error: FastifyError | HttpError, failed: (error: unknown) => void): HttpError {
  if (error instanceof HttpError) return error;
  switch (error.statusCode) {
    case 400:
    case 413:
    case 415:
      return new HttpError(error.statusCode);
    default:
      failed(error);
      return new HttpError(500);
  }
}

function sendError(reply: FastifyReply, { status, headers, message }: HttpError): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .type(JSON_TYPE)
    .send(JSON.stringify({ error: message }));
}

/**
 * The HTTPS server of the webhooks: `/validate` and `/mutate`, with the API server's `?timeout=5s`.
 *
 * Each review is answered in kind, whatever is in it; what is no review gets an HTTP error and a short
 * JSON object that repeats nothing of it.
 */
export function createWebhookServer(deps: WebhookServerDeps): FastifyInstance {
  const { metrics, failed } = deps;
  const app = listener(deps.certificate);
  limitBodies(app, BODY_LIMIT);

  const serve = (webhook: Webhook, handle: Handler) => {
    app.post<{ Body: string }>(`/${webhook}`, ({ body, url }, reply) => {
      metrics.started();
      let operation: AnsweredCall['operation'] = 'UNKNOWN';
      const seconds = () => reply.elapsedTime / 1000;
      const succeed = ({ review, verdict }: Answer) => {
        metrics.answered({ webhook, operation, verdict, seconds: seconds() });
        reply.header('content-type', JSON_TYPE).send(review);
      };
      const fail = (error: unknown) => {
        metrics.answered({ webhook, operation, verdict: 'error', seconds: seconds() });
        reply.send(error);
      };
      try {
        const review = decodeReview(body);
        operation = review.operation;
        const query = url.slice(url.indexOf('?') + 1);
        const answer = handle(review, answerWithinMs(query) - reply.elapsedTime);
        // Most answers are there at once; a promise would only cost them time.
        if (answer instanceof Promise) answer.then(succeed, fail);
        else succeed(answer);
      } catch (error) {
        fail(error);
      }
    });
  };
  serve('validate', createValidateHandler(deps));
  serve(
    'mutate',
    createMutateHandler((request) => deps.mutate(request)),
  );
  app.setNotFoundHandler(({ url }, reply) => {
    const [path = ''] = url.split('?', 1);
    return sendError(reply, new HttpError(PATHS.includes(path) ? 405 : 404));
  });
  app.setErrorHandler((error: FastifyError | HttpError, _request, reply) =>
    sendError(reply, httpErrorOf(error, failed)),
  );
  return app;
}
