import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { AttemptFailure } from './mail/attempt-result.ts';
import type { MailRecord, RecipientRecord } from './mail/mail-record.ts';
import type { Refusal } from './sender.ts';

/** One try of one mail over one session, once its outcome is durable. */
export interface AttemptReport {
  /** As it is after the attempt. */
  readonly mail: MailRecord;
  /** The recipients that were tried, and what the attempt found out. */
  readonly attempted: readonly RecipientRecord[];
  /** When it ended. */
  readonly at: Date;
  /** From taking a session to the last answer. */
  readonly seconds: number;
  /** That of the first recipient that failed; absent when all have the mail. */
  readonly failure?: AttemptFailure;
  /** The record of the login, if it failed in this attempt. */
  readonly suspension?: AuthSuspension;
}

/** Is told what becomes of mails. Its methods return at once and throw nothing. */
export interface SenderObserver {
  /** A mail is durable, and not only repeated. */
  accepted(mail: MailRecord): void;
  /** A submission was not accepted; `Invalid` if something is wrong with what was submitted. */
  refused(refusal: Refusal | 'Invalid'): void;
  attempted(report: AttemptReport): void;
  /** A mail came from a provider that could not deliver it to the one that it names now. */
  rerouted(mail: MailRecord, from: string): void;
  /** A mail is `sent`, `dead` or `cancelled`. */
  ended(mail: MailRecord): void;
}

/** Whether deliveries spare the server of a provider. */
export interface BreakerReading {
  readonly provider: string;
  readonly isOpen: boolean;
}

/** Tells each of the observers, in their order. */
export function toAll(observers: readonly SenderObserver[]): SenderObserver {
  return {
    accepted(mail) {
      for (const observer of observers) observer.accepted(mail);
    },
    refused(refusal) {
      for (const observer of observers) observer.refused(refusal);
    },
    attempted(report) {
      for (const observer of observers) observer.attempted(report);
    },
    rerouted(mail, from) {
      for (const observer of observers) observer.rerouted(mail, from);
    },
    ended(mail) {
      for (const observer of observers) observer.ended(mail);
    },
  };
}
