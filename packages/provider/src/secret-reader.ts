import type { StoredSecret } from './secret.ts';

export type SecretLookup =
  | { readonly found: true; readonly secret: StoredSecret }
  | { readonly found: false; readonly why: 'missing' | 'forbidden' };

/** Reads Secrets of the one credentials namespace. Rejects when it cannot tell, and only then. */
export interface SecretReader {
  read(name: string): Promise<SecretLookup>;
}
