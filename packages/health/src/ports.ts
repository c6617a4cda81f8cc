import type { ClaimReading } from '@mailprovider/kube';
import type { Claim } from '@mailprovider/provider/default/claim';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { Condition } from '@mailprovider/provider/status-schema';
import type { HealthEvent } from './events/status-events.ts';
import type { HealthStatus } from './status/derive-status.ts';

/** Stores what a check found out. Resolves also when the provider is gone by now. */
export interface StatusWriter {
  /** Once the signal has aborted the status is outdated: a write that has not begun is not to begin. */
  write(provider: MailProvider, status: HealthStatus, signal: AbortSignal): Promise<void>;
}

/** Stores or removes the Default condition. Resolves also when the provider is gone by now. */
export interface DefaultConditionWriter {
  write(provider: MailProvider, condition: Condition | undefined): Promise<void>;
}

/** Stores an event about a provider. */
export interface EventSink {
  create(provider: MailProvider, event: HealthEvent, at: Date): Promise<void>;
}

/** Where the claim to be the default is kept. */
export interface ClaimStore {
  read(): Promise<ClaimReading>;
  /** Resolves with false if the claim is no longer the one that was read. */
  write(claim: Claim, over: ClaimReading): Promise<boolean>;
}
