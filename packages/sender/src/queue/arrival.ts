import { type DeliveryReason, TRANSACTION_REASONS } from '@mailprovider/provider/delivery-reasons';
import type { MailRecord } from '../mail/mail-record.ts';
import { afterInterruption, type Moment, type OutcomeRules } from './attempt-outcome.ts';
import { longestPauseMs } from './retry-policy.ts';

const SAID_OF_MAILS: ReadonlySet<DeliveryReason> = new Set([...TRANSACTION_REASONS, 'Interrupted']);

/**
 * A mail that was claimed, as it is to be: one that a server may have since another process ended is
 * uncertain, which is to be stored first. What waited for a server or a provider need not wait for
 * its turn; a mail that is due later than any pause lasts was put off by a clock that was wrong.
 */
export function onArrival(stored: MailRecord, rules: OutcomeRules, moment: Moment): MailRecord {
  const mail = afterInterruption(stored, rules, moment);
  const { now } = moment;
  const latest = waitedForServer(mail) ? now : now + longestPauseMs(rules.retry);
  return mail.state === 'queued' && mail.dueAt > latest ? { ...mail, dueAt: latest } : mail;
}

/** Whether no server was there to say anything of the mail, when it was last tried. */
export function waitedForServer({ recipients }: Pick<MailRecord, 'recipients'>): boolean {
  return recipients.some(
    ({ outcome, reason }) =>
      outcome === 'deferred' && reason !== undefined && !SAID_OF_MAILS.has(reason),
  );
}
