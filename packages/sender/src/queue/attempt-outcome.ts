import type { AttemptResult } from '../mail/attempt-result.ts';
import type { MailRecord, RecipientRecord } from '../mail/mail-record.ts';
import type { RetrySettings } from '../settings.ts';
import { type FastRetries, nextAttemptAt } from './retry-policy.ts';

export interface OutcomeRules {
  readonly fast: FastRetries;
  readonly retry: RetrySettings;
  readonly uncertainRetries: number;
}

export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** From [0, 1). */
  readonly random: number;
}

/** Whether the next attempt is for this recipient, too. */
export function isOpen(
  { outcome }: RecipientRecord,
  { uncertainAttempts }: Pick<MailRecord, 'uncertainAttempts'>,
  uncertainRetries: number,
): boolean {
  if (outcome === 'uncertain') return uncertainAttempts <= uncertainRetries;
  return outcome === 'pending' || outcome === 'deferred';
}

/**
 * The record after an attempt: results stand in the order of the recipients it was for.
 *
 * The mail stays queued while a recipient may still get it, and there is time for that; else it is
 * `sent` if everyone has it, and a dead letter if not.
 */
export function afterAttempt(
  mail: MailRecord,
  results: ReadonlyMap<string, AttemptResult>,
  rules: OutcomeRules,
  moment: Moment,
): MailRecord {
  const recipients = mail.recipients.map((recipient) => {
    const result = results.get(recipient.address);
    return result === undefined ? recipient : afterResult(recipient, result, mail.provider);
  });
  const wasUncertain = [...results.values()].some(({ outcome }) => outcome === 'uncertain');
  const tried: MailRecord = {
    ...mail,
    recipients,
    attempts: mail.attempts + 1,
    uncertainAttempts: mail.uncertainAttempts + (wasUncertain ? 1 : 0),
    dataStarted: false,
  };
  return settled(tried, rules, moment);
}

/** Who may have the mail since an earlier attempt may have it still when a later one gets nowhere. */
function afterResult(
  { address, outcome }: RecipientRecord,
  result: AttemptResult,
  provider: string,
): RecipientRecord {
  const told = { address, provider, ...result };
  const isUnknownStill = outcome === 'uncertain' && result.outcome === 'deferred';
  return isUnknownStill ? { ...told, outcome } : told;
}

/** The state that follows from the recipients. */
function settled(mail: MailRecord, rules: OutcomeRules, moment: Moment): MailRecord {
  const ended = { ...mail, dueAt: moment.now };
  if (mail.recipients.every(({ outcome }) => outcome === 'delivered')) {
    return { ...ended, state: 'sent' };
  }
  const open = mail.recipients.some((recipient) => isOpen(recipient, mail, rules.uncertainRetries));
  const dueAt = open ? nextAttemptAt(mail, rules.fast, rules.retry, moment) : undefined;
  return dueAt === undefined ? { ...ended, state: 'dead' } : { ...mail, dueAt };
}

/**
 * The record of a mail that was found after a restart: where the server may have had it when the
 * process ended, whoever was to get it is uncertain. An attempt was lost by that, but no uncertain
 * retry, since no server left it unanswered; whether there are any decides all the same.
 */
export function afterInterruption(
  mail: MailRecord,
  rules: OutcomeRules,
  moment: Moment,
): MailRecord {
  if (!mail.dataStarted) return mail;
  const { provider, uncertainAttempts } = mail;
  const recipients = mail.recipients.map(
    (recipient): RecipientRecord =>
      isOpen(recipient, mail, rules.uncertainRetries)
        ? { address: recipient.address, outcome: 'uncertain', reason: 'Interrupted', provider }
        : recipient,
  );
  const interrupted: MailRecord = {
    ...mail,
    recipients,
    attempts: mail.attempts + 1,
    uncertainAttempts: rules.uncertainRetries > 0 ? uncertainAttempts : uncertainAttempts + 1,
    dataStarted: false,
  };
  return settled(interrupted, rules, moment);
}

/** A dead letter queued anew for everyone who did not get it, where it was queued first. */
export function queuedAnew({ origin, ...mail }: MailRecord, now: number): MailRecord {
  const recipients = mail.recipients.map(
    (recipient): RecipientRecord =>
      recipient.outcome === 'delivered'
        ? recipient
        : { address: recipient.address, outcome: 'pending' },
  );
  return {
    ...mail,
    provider: origin ?? mail.provider,
    state: 'queued',
    recipients,
    queuedAt: now,
    dueAt: now,
    attempts: 0,
    uncertainAttempts: 0,
  };
}
