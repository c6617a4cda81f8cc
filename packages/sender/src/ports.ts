import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';

/** The providers as they are now, and who is to know of changes. */
export interface ProviderSource {
  all(): readonly MailProvider[];
  get(name: string): MailProvider | undefined;
  /** Who holds the claim to be the default. */
  claimHolder(): string | undefined;
  /** Calls back after a provider was stored or deleted, or a Secret changed, with its name; returns how to stop. */
  listen(listener: {
    providerChanged(name: string): void;
    secretChanged(name: string): void;
  }): () => void;
}

/** Calls back with the name of each provider that is deleted; returns how to stop. */
export function whenDeleted(
  providers: Pick<ProviderSource, 'get' | 'listen'>,
  deleted: (name: string) => void,
): () => void {
  return providers.listen({
    providerChanged(name) {
      if (providers.get(name) === undefined) deleted(name);
    },
    secretChanged() {},
  });
}

/** The kinds that can name a provider in `spec.mailProvider`. */
export type ReferringKind = 'BreakglassEscalation' | 'ClusterConfig';

export type ReferenceLookup =
  /** `mailProvider` is absent where the object does not name one. */
  | { readonly found: true; readonly mailProvider?: string }
  | { readonly found: false; readonly why: 'no-such-object' | 'no-such-kind' | 'ambiguous' };

/**
 * Reads objects that refer to providers. Rejects when it cannot tell, and only then; submitters
 * see the message of what it rejects with.
 */
export interface ReferenceSource {
  lookUp(
    kind: ReferringKind,
    name: string,
    namespace: string | undefined,
  ): Promise<ReferenceLookup>;
}

/** What deliveries tell of a provider. */
export interface SendStatus {
  readonly lastSendAttempt: Date;
  /** Begins with the reason's name; absent after a success. */
  readonly lastSendError?: string;
  /** A login that failed, if it is not to be repeated yet. */
  readonly authSuspension?: AuthSuspension;
}

/** Stores what deliveries tell. Resolves also when the provider is gone by now. */
export interface SendStatusWriter {
  write(provider: MailProvider, status: SendStatus): Promise<void>;
}
