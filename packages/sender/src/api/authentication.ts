import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../callers/caller.ts';

export type Authentication =
  /** Without `caller` where callers are not told apart: each may do everything. */
  | { readonly kind: 'authenticated'; readonly caller?: Caller }
  /** Answered with 401: another token may be tried. */
  | { readonly kind: 'unauthenticated'; readonly message: string }
  /** Answered with 403: whoever calls must not. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** Answered with 503: who calls could not be found out. */
  | { readonly kind: 'unavailable'; readonly message: string };

/** Says whether a request may be answered, by its headers alone. */
export type Authenticate = (
  headers: Pick<IncomingHttpHeaders, 'authorization' | 'host' | 'origin'>,
) => Authentication | Promise<Authentication>;
