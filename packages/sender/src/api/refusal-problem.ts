import type { Refusal, SubmitResult } from '../sender.ts';
import type { Problem } from './problem.ts';

type Refused = Extract<SubmitResult, { kind: 'refused' }>;

interface Answer {
  readonly status: 403 | 404 | 409 | 422 | 429 | 503;
  /** When to try again if the sender does not know; absent where that does not help. */
  readonly retryAfterSeconds?: number;
}

/** The answer to each refusal; what passes by itself has a time to try again. */
export const REFUSAL_ANSWERS: Readonly<Record<Refusal, Answer>> = {
  ProviderNotFound: { status: 404 },
  ProviderDisabled: { status: 422 },
  ProviderInvalid: { status: 422 },
  // A person has to make a provider the default: a minute is soon.
  NoDefaultProvider: { status: 503, retryAfterSeconds: 60 },
  ReferenceNotFound: { status: 422 },
  ReferenceAmbiguous: { status: 422 },
  ReferenceUnavailable: { status: 503, retryAfterSeconds: 5 },
  ProviderForbidden: { status: 403 },
  AuthorizationUnavailable: { status: 503, retryAfterSeconds: 5 },
  IdempotencyKeyReused: { status: 409 },
  CallerRateLimited: { status: 429, retryAfterSeconds: 1 },
  QueueFull: { status: 429, retryAfterSeconds: 5 },
  StoreUnavailable: { status: 503, retryAfterSeconds: 10 },
  // By then another process serves, or this one anew.
  ShuttingDown: { status: 503, retryAfterSeconds: 5 },
};

/** The answer to what the sender refused. */
export function refusalProblem({ refusal, message, retryAfterSeconds }: Refused): Problem {
  const { status, retryAfterSeconds: usual } = REFUSAL_ANSWERS[refusal];
  const seconds = usual === undefined ? undefined : (retryAfterSeconds ?? usual);
  return {
    status,
    reason: refusal,
    detail: message,
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
}
