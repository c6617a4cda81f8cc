import type { MailRecord, RecipientRecord } from '@mailprovider/sender';
import type { AttemptReport } from '@mailprovider/sender/observer';

const AT = Date.parse('2026-01-01T00:00:00Z');

/** A mail to one recipient through the provider `p`. */
export function mailRecord(fields: Partial<MailRecord> = {}): MailRecord {
  return {
    id: '01890000-0000-7000-8000-000000000001',
    messageId: '<1@example.com>',
    provider: 'p',
    state: 'sent',
    recipients: [{ address: 'a@example.com', outcome: 'delivered' }],
    acceptedAt: AT,
    queuedAt: AT,
    dueAt: AT,
    attempts: 1,
    dataStarted: false,
    uncertainAttempts: 0,
    size: 100,
    smtpUtf8: false,
    revision: 0,
    ...fields,
  };
}

/** What the engine tells of an attempt of that mail to all of its recipients. */
export function attemptReport(
  mail: Partial<MailRecord> = {},
  parts: Partial<AttemptReport> = {},
): AttemptReport {
  const record = mailRecord(mail);
  return { mail: record, attempted: record.recipients, at: new Date(AT), seconds: 0.02, ...parts };
}

/** A recipient who did not get the mail. */
export function failed(
  outcome: Exclude<RecipientRecord['outcome'], 'delivered' | 'pending'>,
  reason: NonNullable<RecipientRecord['reason']>,
): RecipientRecord {
  return { address: 'a@example.com', outcome, reason };
}
