import type { SecretReason } from './reasons.ts';

/** A Secret as the API stores it; values are base64. */
export interface StoredSecret {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
}

export type PasswordResult =
  | { readonly loaded: true; readonly password: string }
  | { readonly loaded: false; readonly reason: SecretReason };

/** Token and TLS Secrets hold what no SMTP server may be sent. */
const ALLOWED_TYPES: ReadonlySet<string> = new Set(['Opaque', 'kubernetes.io/basic-auth']);

/** Takes the password out of a Secret; one final line break is an accident of writing files. */
export function passwordFrom(secret: StoredSecret, key: string): PasswordResult {
  if (!ALLOWED_TYPES.has(secret.type)) return { loaded: false, reason: 'SecretTypeNotAllowed' };
  const value = Object.hasOwn(secret.data, key) ? secret.data[key] : undefined;
  if (value === undefined) return { loaded: false, reason: 'SecretKeyMissing' };
  const password = Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/\r?\n$/, '');
  return password === '' ? { loaded: false, reason: 'SecretEmpty' } : { loaded: true, password };
}
