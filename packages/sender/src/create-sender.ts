import { type Clock, type Logger, systemClock } from '@mailprovider/process';
import { type AddressPolicy, type Resolver, systemResolver } from '@mailprovider/smtp';
import type { CredentialsDeps } from '@mailprovider/smtp/login/load-credentials';
import { SessionOpener } from './delivery/session-opener.ts';
import { Intake } from './intake/intake.ts';
import { DEFAULT_SUBMISSION_LIMITS, type SubmissionLimits } from './mail/submission-limits.ts';
import type { BreakerReading, SenderObserver } from './observer.ts';
import type { ProviderSource, ReferenceSource } from './ports.ts';
import { explained } from './queue/explained.ts';
import { MailChanges } from './queue/mail-changes.ts';
import { ProviderQueues } from './queue/provider-queues.ts';
import type { Sender } from './sender.ts';
import { DEFAULT_SETTINGS, type SenderSettings } from './settings.ts';
import type { MailStore, QueueReading } from './store/mail-store.ts';

export interface SenderDeps extends CredentialsDeps {
  /** Closed with the sender. */
  readonly store: MailStore;
  /** Knows the providers already. */
  readonly providers: ProviderSource;
  readonly references: ReferenceSource;
  /** Which addresses may be dialled. */
  readonly addressPolicy: AddressPolicy;
  readonly observer: SenderObserver;
  readonly logger: Logger;
  /** Default: that of the system. */
  readonly resolver?: Resolver;
  /** Default: that of the system. */
  readonly clock?: Clock;
  /** A number from [0, 1); default: `Math.random`. */
  readonly random?: () => number;
  readonly settings?: Partial<SenderSettings>;
  readonly limits?: SubmissionLimits;
}

/** A sender, and what waits in it. */
export interface RunningSender extends Sender {
  readings(): Promise<readonly QueueReading[]>;
  breakers(): readonly BreakerReading[];
}

/**
 * Starts to deliver what the store holds, and to accept mails.
 *
 * Rejects with `StoreError` if the store cannot be read; it is the caller's to close then.
 */
export async function createSender(given: SenderDeps): Promise<RunningSender> {
  const settings = { ...DEFAULT_SETTINGS, ...given.settings };
  const defaults = { clock: systemClock, random: Math.random, resolver: systemResolver() };
  const deps = { limits: DEFAULT_SUBMISSION_LIMITS, ...defaults, ...given, settings };
  const { store } = deps;
  const opener = new SessionOpener(deps);
  const queues = new ProviderQueues({ ...deps, opener });
  const intake = new Intake(deps);
  const changes = new MailChanges({ ...deps, queues });
  await queues.start().catch(async (error) => {
    await queues.close(0);
    throw error;
  });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    changes.close();
    await intake.close();
    await queues.close(settings.graceMs);
    await store.close();
  }

  return {
    submit: (submission, options = {}) => intake.submit(submission, options),
    async find(id) {
      const mail = await store.find(id);
      return mail && explained(mail, queues);
    },
    async list(state, page) {
      const { mails, ...rest } = await store.list(state, page);
      return { mails: mails.map((mail) => explained(mail, queues)), ...rest };
    },
    cancel: (id) => changes.cancel(id),
    retry: (id) => changes.retry(id),
    readings: () => store.readings(),
    breakers: () => queues.breakers(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
