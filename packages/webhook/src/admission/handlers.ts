import { answerWithin, type Deadline } from '../answer-deadline.ts';
import { encodeOverload, encodePatch, encodeUntouched, encodeVerdict } from './answer.ts';
import type { JsonPatch } from './json-patch.ts';
import type { AdmissionRequest, Review } from './review.ts';
import { denied, type Verdict } from './verdict.ts';

/** An encoded AdmissionReview, and whether a verdict was reached (`error`: none was). */
export interface Answer {
  readonly review: string;
  readonly verdict: 'allowed' | 'denied' | 'error';
}

/** Answers a review, within milliseconds. */
export type Handler = (review: Review, withinMs: number) => Answer | Promise<Answer>;

export interface ValidateHandlerDeps {
  validate(request: AdmissionRequest, deadline: Deadline): Promise<Verdict>;
  /** How many verdicts may be waited for at once; those beyond are denied at once. */
  readonly maxConcurrentReviews: number;
}

const TOO_LATE = denied('the webhook could not decide in time; try again');

function answerOf(review: Review, verdict: Verdict): Answer {
  return {
    review: encodeVerdict(review, verdict),
    verdict: verdict.allowed ? 'allowed' : 'denied',
  };
}

/** Asks `validate`, a bounded number of times at once, and denies when the time is over. */
export function createValidateHandler(deps: ValidateHandlerDeps): Handler {
  let waiting = 0;
  const judged = async (review: Review, request: AdmissionRequest, deadline: Deadline) => {
    waiting += 1;
    try {
      return answerOf(review, await deps.validate(request, deadline));
    } finally {
      waiting -= 1;
    }
  };
  return (review, withinMs) => {
    const { request } = review;
    if (request === undefined) return { review: encodeUntouched(review), verdict: 'allowed' };
    if (waiting >= deps.maxConcurrentReviews) {
      return { review: encodeOverload(review), verdict: 'error' };
    }
    return answerWithin<Answer>(
      withinMs,
      (deadline) => judged(review, request, deadline),
      () => ({ review: encodeVerdict(review, TOO_LATE), verdict: 'error' }),
    );
  };
}

export function createMutateHandler(mutate: (request: AdmissionRequest) => JsonPatch): Handler {
  return (review) => ({
    review: encodePatch(review, review.request === undefined ? [] : mutate(review.request)),
    verdict: 'allowed',
  });
}
