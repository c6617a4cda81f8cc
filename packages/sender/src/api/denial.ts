import type { FastifyReply } from 'fastify';
import type { Authentication } from './authentication.ts';
import { sendProblem } from './problem.ts';

type Denied = Exclude<Authentication, { kind: 'authenticated' }>;

/** Answers a request that may not be made. */
export function sendDenial(reply: FastifyReply, { kind, message: detail }: Denied): FastifyReply {
  switch (kind) {
    case 'unauthenticated':
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, { status: 401, reason: 'Unauthenticated', detail });
    case 'forbidden':
      return sendProblem(reply, { status: 403, reason: 'Forbidden', detail });
  }
}
