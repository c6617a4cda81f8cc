import { EventEmitter, once } from 'node:events';
import { type Clock, createLogger } from '@mailprovider/process';
import { createSender, type RunningSender } from '@mailprovider/sender/create-sender';
import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import type { AttemptReport, SenderObserver } from '@mailprovider/sender/observer';
import type { SubmitResult } from '@mailprovider/sender/sender';
import { DEFAULT_SETTINGS, type SenderSettings } from '@mailprovider/sender/settings';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { createAddressPolicy } from '@mailprovider/smtp';
import type { Test } from 'tap';
import { Declared } from './declared.ts';

/** Takes down what it is told. */
export class Recorder implements SenderObserver {
  readonly attempts: AttemptReport[] = [];
  readonly ends: MailRecord[] = [];
  /** When each of them ended, as `performance.now` has it. */
  readonly endedAt: number[] = [];
  readonly refusals: string[] = [];
  readonly reroutings: { readonly mail: MailRecord; readonly from: string }[] = [];
  readonly news = new EventEmitter<{ attempted: []; rerouted: []; ended: [] }>().setMaxListeners(0);

  accepted(): void {}

  refused(refusal: string): void {
    this.refusals.push(refusal);
  }

  attempted(report: AttemptReport): void {
    this.attempts.push(report);
    this.news.emit('attempted');
  }

  rerouted(mail: MailRecord, from: string): void {
    this.reroutings.push({ mail, from });
    this.news.emit('rerouted');
  }

  ended(mail: MailRecord): void {
    this.ends.push(mail);
    this.endedAt.push(performance.now());
    this.news.emit('ended');
  }

  async hasAttempts(count: number): Promise<void> {
    while (this.attempts.length < count) await once(this.news, 'attempted');
  }

  async hasEnds(count: number): Promise<void> {
    while (this.ends.length < count) await once(this.news, 'ended');
  }
}

export interface SenderUnderTest {
  readonly sender: RunningSender;
  readonly declared: Declared;
  readonly recorder: Recorder;
  /** Submits a mail that is accepted. */
  accept(fields?: object): Promise<MailRecord>;
  close(): Promise<void>;
}

/** Retries at once, so that tests need not wait. */
export const QUICK: Partial<SenderSettings> = {
  retry: { ...DEFAULT_SETTINGS.retry, slowInitialMs: 50, slowMaxMs: 200 },
  openTimeoutMs: 5_000,
  graceMs: 5_000,
};

/** A sender on a store of its own, or on that of an earlier one in `folder`. */
export async function senderUnderTest(
  t: Test,
  options: {
    readonly declared?: Declared;
    readonly folder?: string;
    /** In place of one in a folder. */
    readonly store?: MailStore;
    readonly settings?: Partial<SenderSettings>;
    readonly clock?: Clock;
    /** What stands between the sender and its store. */
    readonly over?: (store: MailStore) => MailStore;
  } = {},
): Promise<SenderUnderTest> {
  const declared = options.declared ?? new Declared();
  const recorder = new Recorder();
  const { over = (store) => store, clock } = options;
  const sender = await createSender({
    store: over(options.store ?? (await openLmdbStore(options.folder ?? t.testdir()))),
    providers: declared,
    references: { lookUp: async () => ({ found: false, why: 'no-such-kind' }) },
    secrets: declared,
    credentialsNamespace: 'mail',
    addressPolicy: createAddressPolicy({ allowLoopback: true }),
    observer: recorder,
    logger: createLogger('sender', 'silent'),
    settings: { ...QUICK, ...options.settings },
    ...(clock && { clock }),
  });
  t.teardown(() => sender.close());
  return {
    sender,
    declared,
    recorder,
    async accept(fields = {}) {
      const mail = { to: 'ops@example.com', subject: 'subject', text: 'text', ...fields };
      return accepted(await sender.submit(mail));
    },
    close: () => sender.close(),
  };
}

export function accepted(result: SubmitResult): MailRecord {
  if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
  return result.mail;
}
