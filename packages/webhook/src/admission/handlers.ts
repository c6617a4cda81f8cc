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
  /** Judges a write, or returns how to ask others about it. */
  validate(request: AdmissionRequest): Verdict | ((deadline: Deadline) => Promise<Verdict>);
  /** Told each verdict. */
  judged(request: AdmissionRequest, verdict: Verdict): void;
  /** How many writes others may be asked about at once; those beyond are denied at once. */
  readonly maxConcurrentReviews: number;
}

const TOO_LATE = denied('the webhook could not decide in time; try again');

function answerOf(review: Review, verdict: Verdict): Answer {
  return {
    review: encodeVerdict(review, verdict),
    verdict: verdict.allowed ? 'allowed' : 'denied',
  };
}

/** Asks `validate`; what must wait does so a bounded number at once, and until the time is over. */
export function createValidateHandler(deps: ValidateHandlerDeps): Handler {
  let waiting = 0;
  const answerTo = (review: Review, request: AdmissionRequest, verdict: Verdict) => {
    deps.judged(request, verdict);
    return answerOf(review, verdict);
  };
  return (review, withinMs) => {
    const { request } = review;
    if (request === undefined) return { review: encodeUntouched(review), verdict: 'allowed' };
    const judgement = deps.validate(request);
    if (typeof judgement !== 'function') return answerTo(review, request, judgement);
    if (waiting >= deps.maxConcurrentReviews) {
      return { review: encodeOverload(review), verdict: 'error' };
    }
    // Counted until the work ends, which may be after its answer had to go out.
    waiting += 1;
    const work = async (deadline: Deadline) => {
      try {
        return answerTo(review, request, await judgement(deadline));
      } finally {
        waiting -= 1;
      }
    };
    const tooLate = () => ({ review: encodeVerdict(review, TOO_LATE), verdict: 'error' }) as const;
    return answerWithin<Answer>(withinMs, work, tooLate);
  };
}

export function createMutateHandler(mutate: (request: AdmissionRequest) => JsonPatch): Handler {
  return (review) => ({
    review: encodePatch(review, review.request === undefined ? [] : mutate(review.request)),
    verdict: 'allowed',
  });
}
