import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { AttemptFailure } from './delivery/attempt.ts';
import type { MailRecord, RecipientRecord } from './mail/mail-record.ts';
import type { Refusal } from './sender.ts';

/** One attempt of one mail. */
export interface AttemptReport {
  /** After the attempt. */
  readonly mail: MailRecord;
  /** Those the attempt was for, after it. */
  readonly attempted: readonly RecipientRecord[];
  /** When it ended. */
  readonly at: Date;
  readonly seconds: number;
  /** Why it failed, for the first recipient that did not get the mail. */
  readonly failure?: AttemptFailure;
  /** A login that failed in the attempt and is not to be repeated yet. */
  readonly suspension?: AuthSuspension;
}

/** Is told what happens to mails: status, metrics and log listen. Must not throw. */
export interface SenderObserver {
  accepted(mail: MailRecord): void;
  refused(refusal: Refusal | 'Invalid'): void;
  attempted(report: AttemptReport): void;
  /** The mail has been sent, cancelled, or is a dead letter. */
  ended(mail: MailRecord): void;
}

/** What waits for one provider. */
export interface BacklogReading {
  readonly provider: string;
  readonly depth: number;
  /** Milliseconds since the epoch. */
  readonly oldestQueuedAt: number | undefined;
}
