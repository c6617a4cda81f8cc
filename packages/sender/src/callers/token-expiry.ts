import { z } from 'zod';

const claimsSchema = z.object({ exp: z.number() });

/**
 * When a JWT ends (RFC 7519 section 4.1.4), in milliseconds since the epoch; undefined of other
 * tokens. Nothing of it is verified: it only shortens what is granted.
 */
export function expiryOf(token: string): number | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const text = Buffer.from(payload, 'base64url').toString('utf8');
    const claims = claimsSchema.safeParse(JSON.parse(text));
    return claims.success ? claims.data.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
