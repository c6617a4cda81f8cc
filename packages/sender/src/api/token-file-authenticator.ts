import { timingSafeEqual } from 'node:crypto';
import type { Authenticate, Authentication } from './authentication.ts';
import { bearerToken, NO_TOKEN } from './bearer-token.ts';
import { sha256, TokenFile, type TokenFileDeps } from './token-file.ts';

const WRONG_TOKEN: Authentication = { kind: 'unauthenticated', message: 'the token is not valid' };

/**
 * Lets in who sends the token that a file holds (RFC 6750), compared in constant time.
 *
 * Throws `StartupError` if the file holds none at the start.
 */
export async function tokenFileAuthenticator(
  path: string,
  deps: TokenFileDeps,
): Promise<Authenticate> {
  const file = await TokenFile.open(path, deps);
  return ({ authorization }) => {
    const token = bearerToken(authorization);
    if (token === undefined) return NO_TOKEN;
    const given = sha256(token);
    const verdict = (digest: Buffer): Authentication =>
      timingSafeEqual(given, digest) ? { kind: 'authenticated' } : WRONG_TOKEN;
    const digest = file.digest();
    return Buffer.isBuffer(digest) ? verdict(digest) : digest.then(verdict);
  };
}
