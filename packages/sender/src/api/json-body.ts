import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './error-problem.ts';
import type { Problem } from './problem.ts';

function notJson(detail: string): ProblemError {
  return new ProblemError({ status: 400, reason: 'InvalidRequest', detail });
}

const COMPRESSED: Problem = {
  status: 415,
  reason: 'UnsupportedMediaType',
  detail: 'send the body without Content-Encoding',
};

/** The body of a request as JSON, which is UTF-8 (RFC 8259 section 8.1); without any, nothing. */
export function jsonBody({ body, headers }: FastifyRequest): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new ProblemError(COMPRESSED);
  if (!isUtf8(body)) throw notJson('the body must be UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw notJson('the body must be JSON');
  }
}
