import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { jsonCall } from './json-call.ts';

/** A user as the API server describes it to others. */
export interface Subject {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What is to be done with a resource. */
export interface Access {
  readonly verb: string;
  /** Default: the core group. */
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent for what is in no namespace. */
  readonly namespace?: string;
  /** Absent for all objects. */
  readonly name?: string;
}

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const reviewSchema = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Asks the API server whether a user may do something (SubjectAccessReview); throws `ApiError`. */
export function subjectAccess(connection: ApiConnection) {
  return async ({ username, uid, groups, extra }: Subject, access: Access): Promise<boolean> => {
    const call = 'create subjectaccessreview';
    const spec = { user: username, uid, groups, extra, resourceAttributes: access };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const request = { method: 'POST', path: PATH, body } as const;
    const { status } = await jsonCall(connection, call, request, reviewSchema);
    return status.allowed;
  };
}
