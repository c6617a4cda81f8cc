import { createHash } from 'node:crypto';
import type { Subject } from '@mailprovider/kube';
import type { Clock } from '@mailprovider/process';
import type { Authenticate, Authentication } from '../api/authentication.ts';
import { bearerToken, NO_TOKEN } from '../api/bearer-token.ts';
import type { Caller } from './caller.ts';
import { type Decision, DecisionCache } from './decision-cache.ts';
import { ReviewedCaller, type RightsDeps } from './reviewed-caller.ts';
import { expiryOf } from './token-expiry.ts';

/** What tokens for the sender are issued for. */
export const AUDIENCE = 'mailprovider-sender';

/** How long a token that was revoked still counts. */
export const KNOWN_MS = 10_000;
/** A token that is not valid yet, as its issuer's clock is ahead, is soon. */
export const REFUSED_MS = 3_000;
/** So that an API server that comes back is not asked by everybody at once. */
export const UNKNOWN_MS = 1_000;
/** A program has a token or two; a thousand programs have room. */
const KEPT_TOKENS = 4_096;
/** More wait for the API server than it answers in the time they wait. */
const MAX_REVIEWS = 1_000;

/** What a Bearer credential may consist of (RFC 6750 section 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;

type Identity = Caller | 'nobody' | 'unknown';

export interface TokenReviewDeps extends RightsDeps {
  /** Whose token that is, if it is meant for that audience. */
  review(token: string, audience: string): Promise<Subject | undefined>;
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>;
}

const WRONG_TOKEN: Authentication = {
  kind: 'unauthenticated',
  message: `the token is not valid, or no longer, or not for the audience ${AUDIENCE}`,
};
const UNAVAILABLE: Authentication = {
  kind: 'unavailable',
  message: 'the token could not be checked, as the API server does not answer; try again',
};
const TOO_MANY: Authentication = {
  kind: 'unavailable',
  message: 'too many tokens are being checked at present; try again',
};

function authenticationOf(identity: Identity): Authentication {
  switch (identity) {
    case 'nobody':
      return WRONG_TOKEN;
    case 'unknown':
      return UNAVAILABLE;
    default:
      return { kind: 'authenticated', caller: identity };
  }
}

/** Who sends tokens that cannot be checked is nobody that is known, and must not fill the log. */
function onceASecond({ clock, logger }: TokenReviewDeps): (err: unknown) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return (err) => {
    const now = clock.monotonicMs();
    if (now < quietUntilMs) return;
    quietUntilMs = now + UNKNOWN_MS;
    logger.warn({ err }, 'the token of a caller could not be checked');
  };
}

async function identify(
  token: string,
  deps: TokenReviewDeps,
  failed: (err: unknown) => void,
): Promise<Decision<Identity>> {
  try {
    const subject = await deps.review(token, AUDIENCE);
    if (subject === undefined) return { value: 'nobody', granted: false, keepMs: REFUSED_MS };
    const leftMs = (expiryOf(token) ?? Number.POSITIVE_INFINITY) - deps.clock.now().getTime();
    const value = new ReviewedCaller(subject, deps);
    return { value, granted: true, keepMs: Math.min(KNOWN_MS, leftMs) };
  } catch (err) {
    failed(err);
    return { value: 'unknown', granted: false, keepMs: UNKNOWN_MS };
  }
}

/**
 * Lets in whose token the API server knows (TokenReview), and tells callers apart by it. What it
 * said counts for seconds, and for no longer than the token itself; no token is kept.
 */
export function tokenReviewAuthenticator(deps: TokenReviewDeps): Authenticate {
  const identities = new DecisionCache<Identity>(deps.clock, KEPT_TOKENS);
  const failed = onceASecond(deps);
  return ({ authorization }) => {
    const token = bearerToken(authorization);
    if (token === undefined) return NO_TOKEN;
    if (!TOKEN.test(token)) return WRONG_TOKEN;
    const digest = createHash('sha256').update(token).digest('base64');
    const known = identities.known(digest);
    if (known === undefined && identities.underWay >= MAX_REVIEWS) return TOO_MANY;
    if (known !== undefined && !(known instanceof Promise)) return authenticationOf(known);
    return identities.get(digest, () => identify(token, deps, failed)).then(authenticationOf);
  };
}
