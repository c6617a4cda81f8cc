import { ALLOWED_HOSTS_ANNOTATION } from './identity.ts';
import type { SecretReason } from './reasons.ts';
import { endpoint } from './target.ts';

/** A Secret as the API stores it; values are base64. */
export interface StoredSecret {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Changes with every change of the Secret, and tells nothing of its values. */
  readonly resourceVersion: string;
}

export type PasswordResult =
  | {
      readonly loaded: true;
      readonly password: string;
      /** Whether a final line break was taken off. */
      readonly trimmed: boolean;
    }
  | { readonly loaded: false; readonly reason: SecretReason };

interface Server {
  readonly host: string;
  readonly port: number;
}

/** Token and TLS Secrets hold what no SMTP server may be sent. */
const ALLOWED_TYPES: ReadonlySet<string> = new Set(['Opaque', 'kubernetes.io/basic-auth']);
const FINAL_LINE_BREAK = /\r?\n$/;

/**
 * Takes the password for a server out of a Secret; one final line break is an accident of writing
 * files.
 *
 * A Secret that names hosts in its annotation is for these alone; one without is for any.
 */
export function passwordFrom(secret: StoredSecret, key: string, server: Server): PasswordResult {
  if (!ALLOWED_TYPES.has(secret.type)) return { loaded: false, reason: 'SecretTypeNotAllowed' };
  if (!isFor(secret, server)) return { loaded: false, reason: 'SecretNotBoundToHost' };
  const value = Object.hasOwn(secret.data, key) ? secret.data[key] : undefined;
  if (value === undefined) return { loaded: false, reason: 'SecretKeyMissing' };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const password = text.replace(FINAL_LINE_BREAK, '');
  if (password === '') return { loaded: false, reason: 'SecretEmpty' };
  return { loaded: true, password, trimmed: password !== text };
}

function isFor({ annotations }: StoredSecret, { host, port }: Server): boolean {
  const named = annotations[ALLOWED_HOSTS_ANNOTATION];
  if (named === undefined) return true;
  const name = host.replace(/\.$/, '').toLowerCase();
  const allowed = named.toLowerCase().split(/[\s,]+/);
  return allowed.includes(name) || allowed.includes(endpoint({ host: name, port }));
}
