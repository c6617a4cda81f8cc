import { StoreError } from '../store/mail-store.ts';
import type { Problem } from './problem.ts';
import { REFUSAL_ANSWERS } from './refusal-problem.ts';

/** A request that cannot be answered, found out below a route. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The answers to the errors of fastify that a caller can cause. */
const FASTIFY_PROBLEMS: ReadonlyMap<unknown, Problem> = new Map<string, Problem>([
  [
    'FST_ERR_CTP_BODY_TOO_LARGE',
    {
      status: 413,
      reason: 'BodyTooLarge',
      detail: 'the body is larger than a mail within the limits can be; send less',
    },
  ],
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    {
      status: 415,
      reason: 'UnsupportedMediaType',
      detail: 'send the body as application/json',
    },
  ],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    {
      status: 400,
      reason: 'InvalidRequest',
      detail: 'the body is not as long as Content-Length says',
    },
  ],
  [
    'FST_ERR_BAD_URL',
    { status: 400, reason: 'InvalidRequest', detail: 'the path is not encoded as a URL has to be' },
  ],
  ['FST_ERR_MAX_PARAM_LENGTH', { status: 404, reason: 'PathNotFound', detail: 'no such path' }],
]);

const STORE_UNAVAILABLE: Problem = {
  ...REFUSAL_ANSWERS.StoreUnavailable,
  reason: 'StoreUnavailable',
  detail: 'the store of mails fails at present; try again',
};

/** Fastify gives the end of a connection in the middle of a body this status. */
const CUT_OFF: Problem = {
  status: 400,
  reason: 'InvalidRequest',
  detail: 'the request ended before its body did',
};

/** What nobody outside can do anything about. */
const INTERNAL_ERROR: Problem = {
  status: 500,
  reason: 'InternalError',
  detail: 'internal error; the log of the sender has it',
};

/** The answer to an error, which never repeats what the error says of what was sent. */
export function errorProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof StoreError) return STORE_UNAVAILABLE;
  if (!(error instanceof Error)) return INTERNAL_ERROR;
  const known = FASTIFY_PROBLEMS.get('code' in error ? error.code : undefined);
  if (known !== undefined) return known;
  return 'statusCode' in error && error.statusCode === 400 ? CUT_OFF : INTERNAL_ERROR;
}
