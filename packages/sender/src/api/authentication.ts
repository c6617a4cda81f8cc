import type { IncomingHttpHeaders } from 'node:http';

export type Authentication =
  | { readonly kind: 'authenticated' }
  /** Answered with 401: another token may be tried. */
  | { readonly kind: 'unauthenticated'; readonly message: string }
  /** Answered with 403: whoever calls must not. */
  | { readonly kind: 'forbidden'; readonly message: string };

/** Says whether a request may be answered, by its headers alone. */
export type Authenticate = (
  headers: Pick<IncomingHttpHeaders, 'authorization' | 'host' | 'origin'>,
) => Authentication | Promise<Authentication>;
