import type { Logger } from '@mailprovider/process';
import type { MailRecord, Outcome, RecipientRecord } from '../mail/mail-record.ts';
import type { AttemptReport, SenderObserver } from '../observer.ts';
import { recipientHash } from './recipient-hash.ts';

/** Writes a line for each attempt, and one for each dead letter; nothing in it is the server's text. */
export function createAttemptLog(logger: Logger): SenderObserver {
  return {
    accepted() {},
    refused() {},
    attempted: (report) => logger.info(attemptFields(report), 'mailprovider send attempt'),
    rerouted: ({ id, messageId, provider: to }, provider) =>
      logger.info({ provider, to, mail: id, messageId }, 'mailprovider mail rerouted'),
    ended(mail) {
      if (mail.state !== 'dead') return;
      logger.warn(deadLetterFields(mail), 'mailprovider mail could not be delivered');
    },
  };
}

function attemptFields({
  mail,
  attempted,
  seconds,
  failure,
  suspension,
}: AttemptReport): Readonly<Record<string, unknown>> {
  return {
    provider: mail.provider,
    mail: mail.id,
    messageId: mail.messageId,
    attempt: mail.attempts,
    state: mail.state,
    outcomes: countsOf(attempted),
    reason: failure?.reason,
    stage: failure?.stage,
    code: failure?.code,
    authSuspendedUntil: suspension?.until,
    seconds: Number(seconds.toFixed(3)),
    recipients: attempted.map(({ address }) => recipientHash(address)),
  };
}

function deadLetterFields({
  id,
  messageId,
  provider,
  recipients,
}: MailRecord): Readonly<Record<string, unknown>> {
  const reasons = new Set(recipients.map(({ reason }) => reason));
  reasons.delete(undefined);
  return { provider, mail: id, messageId, outcomes: countsOf(recipients), reasons: [...reasons] };
}

function countsOf(recipients: readonly RecipientRecord[]): Readonly<Record<string, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of recipients) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
