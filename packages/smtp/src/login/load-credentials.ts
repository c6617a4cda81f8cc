import type { SecretReason } from '@mailprovider/provider/reasons';
import type { MailProviderSpec, PasswordRef } from '@mailprovider/provider/schema';
import { passwordFrom } from '@mailprovider/provider/secret';
import type { SecretReader } from '@mailprovider/provider/secret-reader';
import type { Credentials } from '../sasl-mechanism.ts';

export interface CredentialsDeps {
  readonly secrets: SecretReader;
  /** The one namespace that Secrets are read from. */
  readonly credentialsNamespace: string;
}

/** What a provider logs in with, or why it cannot. */
export type LoadedCredentials =
  /** The provider has no user name. */
  | { readonly state: 'not-required' }
  | {
      readonly state: 'loaded';
      readonly ref: PasswordRef;
      /** Whether a final line break was taken off the password. */
      readonly trimmed: boolean;
      readonly credentials: Credentials;
      /** resourceVersion of the Secret. */
      readonly secretVersion: string;
    }
  | { readonly state: 'not-loaded'; readonly ref: PasswordRef; readonly reason: SecretReason };

/** Reads the password that a valid spec references. Rejects when the Secret's state cannot be told. */
export async function loadCredentials(
  { smtp }: MailProviderSpec,
  { secrets, credentialsNamespace }: CredentialsDeps,
): Promise<LoadedCredentials> {
  const { username, passwordRef: ref } = smtp;
  if (!username || ref === undefined) return { state: 'not-required' };
  const notLoaded = (reason: SecretReason) => ({ state: 'not-loaded', ref, reason }) as const;
  if (ref.namespace && ref.namespace !== credentialsNamespace) {
    return notLoaded('SecretNamespaceNotAllowed');
  }
  const lookup = await secrets.read(ref.name);
  if (!lookup.found) {
    return notLoaded(lookup.why === 'missing' ? 'SecretNotFound' : 'SecretForbidden');
  }
  const { secret } = lookup;
  const result = passwordFrom(secret, ref.key, smtp);
  if (!result.loaded) return notLoaded(result.reason);
  const { password, trimmed } = result;
  const credentials = { username, password };
  return { state: 'loaded', ref, trimmed, credentials, secretVersion: secret.resourceVersion };
}
