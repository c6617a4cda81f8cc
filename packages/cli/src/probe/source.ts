import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { SecretReader } from '@mailprovider/provider/secret-reader';
import type { Problem } from '../folder/documents.ts';

/** Where providers and their Secrets come from. */
export interface ProbeSource {
  readonly providers: readonly MailProvider[];
  readonly secrets: SecretReader;
  readonly credentialsNamespace: string;
  readonly allowLoopback: boolean;
  /** What could not be used. */
  readonly problems: readonly Problem[];
  close(): Promise<void>;
}
