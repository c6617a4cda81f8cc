import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { REFUSALS } from '../sender.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** What was wrong with a request, for programs; the refusals of the sender beside those of HTTP. */
export const PROBLEM_REASONS = [
  ...REFUSALS,
  'InvalidMail',
  'InvalidRequest',
  'Unauthenticated',
  'Forbidden',
  'AuthenticationUnavailable',
  'MailNotFound',
  'MailConflict',
  'NotReady',
  'Overloaded',
  'PathNotFound',
  'MethodNotAllowed',
  'BodyTooLarge',
  'UnsupportedMediaType',
  'RequestTimeout',
  'HeadersTooLarge',
  'InternalError',
] as const;

/** Problem details (RFC 9457); `reason` and `errors` are its extension members. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe('The phrase of the status'),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What is wrong and what to do; never what was sent'),
    reason: z.enum(PROBLEM_REASONS).describe('The same, for programs'),
    errors: z
      .array(
        z.object({
          field: z.string().describe('Such as "to[0].address"; empty for the whole'),
          message: z.string(),
        }),
      )
      .optional()
      .describe('Every mistake in what was sent'),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });
type ProblemDocument = z.infer<typeof problemSchema>;
type ProblemReason = ProblemDocument['reason'];

/** A request that is answered with an error. */
export interface Problem {
  readonly status: number;
  readonly reason: ProblemReason;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
}

/** The document of a problem, with about:blank as type: the title is then that of the status. */
export function problemDocument({ status, reason, detail, errors }: Problem): ProblemDocument {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    reason,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  reply.code(problem.status).type(PROBLEM_TYPE);
  if (problem.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)));
  }
  // So that the next try goes to a process that stays.
  if (problem.reason === 'ShuttingDown') reply.header('connection', 'close');
  return reply.send(JSON.stringify(problemDocument(problem)));
}
