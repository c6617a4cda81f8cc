import type { Authentication } from './authentication.ts';

export const NO_TOKEN: Authentication = {
  kind: 'unauthenticated',
  message: 'send the token as "Authorization: Bearer <token>"',
};

/** The token of an Authorization header (RFC 6750 section 2.1). */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}
