import { boundedLine } from './bounded-text.ts';
import type { JsonPatch } from './json-patch.ts';
import type { Review } from './review.ts';
import type { Verdict } from './verdict.ts';
import { boundedWarnings } from './warnings.ts';

/** Hundreds of field errors; what is longer nobody reads. */
const MESSAGE_RUNES = 16_384;
/** How long a client is asked to wait when the webhook is overloaded. */
const RETRY_AFTER_SECONDS = 1;

/** What an answer is made for. */
export type Asked = Pick<Review, 'apiVersion' | 'uid'>;

function encode({ apiVersion, uid }: Asked, response: object): string {
  return JSON.stringify({ apiVersion, kind: 'AdmissionReview', response: { uid, ...response } });
}

/** `undefined` leaves a field out. */
function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/**
 * Encodes a verdict as an AdmissionReview of the version that was asked.
 *
 * A denial has code 403 and no reason: with any reason kubectl would print words of its own in
 * place of `admission webhook "..." denied the request: ...`. The audit annotations are `verdict` and,
 * where the request wanted to be the default, `default-claim`.
 */
export function encodeVerdict(asked: Asked, verdict: Verdict): string {
  return encode(asked, {
    allowed: verdict.allowed,
    status: verdict.allowed
      ? undefined
      : { code: 403, message: boundedLine(verdict.message, MESSAGE_RUNES) },
    warnings: unlessEmpty(boundedWarnings(verdict.warnings ?? [])),
    auditAnnotations: {
      verdict: verdict.allowed ? 'allowed' : 'denied',
      'default-claim': verdict.defaultClaim,
    },
  });
}

/** Allows the object as it is, without a word. */
export function encodeUntouched(asked: Asked): string {
  return encode(asked, { allowed: true });
}

/** Allows the object after the patch; an empty patch is none. */
export function encodePatch(asked: Asked, patch: JsonPatch): string {
  if (patch.length === 0) return encodeUntouched(asked);
  return encode(asked, {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  });
}

/**
 * Denies because the webhook is overloaded: code 429 with the seconds to wait, which the API server
 * passes on as `Retry-After`, so that clients such as kubectl try again by themselves.
 *
 * An HTTP error in its place would be a failed call: an internal error to whoever writes, and the
 * object let through unseen where the failure policy is Ignore.
 */
export function encodeOverload(asked: Asked): string {
  return encode(asked, {
    allowed: false,
    status: {
      code: 429,
      message: 'the webhook is overloaded; try again',
      details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
    },
    auditAnnotations: { verdict: 'overloaded' },
  });
}
