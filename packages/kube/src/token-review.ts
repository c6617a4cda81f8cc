import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { jsonCall } from './json-call.ts';
import type { Subject } from './subject-access.ts';

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews';

const reviewSchema = z.object({
  status: z.object({
    authenticated: z.boolean().default(false),
    audiences: z.array(z.string()).default([]),
    user: z
      .object({
        username: z.string().default(''),
        uid: z.string().default(''),
        groups: z.array(z.string()).default([]),
        extra: z.record(z.string(), z.array(z.string())).default({}),
      })
      .optional(),
  }),
});

/**
 * Asks the API server whose token this is (TokenReview); resolves with nothing if it is nobody's, or
 * not meant for that audience. Throws `ApiError`.
 */
export function tokenReview(connection: ApiConnection) {
  return async (token: string, audience: string): Promise<Subject | undefined> => {
    const spec = { token, audiences: [audience] };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
    const request = { method: 'POST', path: PATH, body } as const;
    const { status } = await jsonCall(connection, 'create tokenreview', request, reviewSchema);
    // An authenticator that knows no audiences leaves them out: its tokens are meant for anybody.
    const isForAudience = status.audiences.includes(audience);
    const isSomebody = status.user !== undefined && status.user.username !== '';
    return status.authenticated && isForAudience && isSomebody ? status.user : undefined;
  };
}
