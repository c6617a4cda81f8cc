import { createSign, type KeyLike } from 'node:crypto';
import { z } from 'zod';

const objectSchema = z.looseObject({});

function decoded(part: string): Record<string, unknown> {
  return objectSchema.parse(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

export interface JwtChange {
  readonly header?: object;
  readonly claims?: object;
  /** Signs by RS256; without it there is no signature. */
  readonly key?: KeyLike;
}

/** A JWT like that one, with some of its header and claims changed, signed anew. */
export function changedJwt(token: string, { header = {}, claims = {}, key }: JwtChange): string {
  const [head = '', payload = ''] = token.split('.');
  const signed = `${encoded({ ...decoded(head), ...header })}.${encoded({ ...decoded(payload), ...claims })}`;
  if (key === undefined) return `${signed}.`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

/** The same JWT with another first character of its signature. */
export function withForgedSignature(token: string): string {
  const [head, payload, signature = ''] = token.split('.');
  const first = signature.startsWith('A') ? 'B' : 'A';
  return `${head}.${payload}.${first}${signature.slice(1)}`;
}
