import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { subjectAccess, tokenReview } from '@mailprovider/kube';
import { tokenReviewAuthenticator } from '@mailprovider/sender/callers/token-review-authenticator';
import type { Test } from 'tap';
import { ManualClock } from '../../health/manual-clock.ts';
import { scriptedApiServer } from '../../kube/scripted-api-server.ts';

export interface Review {
  readonly kind: string;
  readonly spec: {
    readonly token: string;
    readonly audiences: readonly string[];
    readonly user: string;
    readonly resourceAttributes: Readonly<Record<string, string>>;
  };
}

type Answer = object | number;

/** An API server that is asked for reviews only; a number is a status without a review. */
async function answerReview(
  request: IncomingMessage,
  response: ServerResponse,
  review: (review: Review) => Answer | Promise<Answer>,
): Promise<void> {
  const answer = await review(JSON.parse(await text(request)));
  response.statusCode = typeof answer === 'number' ? answer : 201;
  response.end(JSON.stringify({ status: answer }));
}

export const user = (username: string) => ({
  authenticated: true,
  audiences: ['mailprovider-sender'],
  user: { username, uid: `uid of ${username}`, groups: ['system:authenticated'] },
});

/** An authenticator over a scripted API server, and what that was asked. */
export async function reviewsUnderTest(
  t: Test,
  review: (review: Review) => Answer | Promise<Answer>,
) {
  const asked: Review[] = [];
  const logged: unknown[][] = [];
  const clock = new ManualClock();
  const connection = await scriptedApiServer(t, (request, response) => {
    void answerReview(request, response, (given) => {
      asked.push(given);
      return review(given);
    });
  });
  const authenticate = tokenReviewAuthenticator({
    review: tokenReview(connection),
    mayAccess: subjectAccess(connection),
    clock,
    logger: { warn: (...args: unknown[]) => logged.push(args) },
  });
  const bearer = async (token: string) => authenticate({ authorization: `Bearer ${token}` });
  /** The caller with that token; throws if there is none. */
  const callerWith = async (token: string) => {
    const authentication = await bearer(token);
    if (authentication.kind !== 'authenticated' || authentication.caller === undefined) {
      throw new Error(authentication.kind);
    }
    return authentication.caller;
  };
  return { asked, logged, clock, connection, authenticate, bearer, callerWith };
}
