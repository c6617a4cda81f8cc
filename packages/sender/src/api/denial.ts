import type { FastifyReply } from 'fastify';
import type { Authentication } from './authentication.ts';
import { sendProblem } from './problem.ts';

/** The API server is back within seconds, or somebody sees to it. */
const RETRY_AFTER_SECONDS = 5;

type Denied = Exclude<Authentication, { kind: 'authenticated' }>;

/** Answers a request that may not be made. */
export function sendDenial(reply: FastifyReply, { kind, message: detail }: Denied): FastifyReply {
  switch (kind) {
    case 'unauthenticated':
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, { status: 401, reason: 'Unauthenticated', detail });
    case 'forbidden':
      return sendProblem(reply, { status: 403, reason: 'Forbidden', detail });
    case 'unavailable':
      return sendProblem(reply, {
        status: 503,
        reason: 'AuthenticationUnavailable',
        detail,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
  }
}
