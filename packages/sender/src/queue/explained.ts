import type { MailRecord } from '../mail/mail-record.ts';
import type { ProviderQueues } from './provider-queues.ts';

/**
 * A mail as people are to see it: where it was not tried yet because its provider is spared, with the
 * reason for that, which no attempt of its own could store.
 */
export function explained(mail: MailRecord, queues: Pick<ProviderQueues, 'heldBy'>): MailRecord {
  if (mail.state !== 'queued' || !mail.recipients.some(isUntried)) return mail;
  const failure = queues.heldBy(mail.provider);
  if (failure === undefined) return mail;
  const { reason, code } = failure;
  const why = { reason, ...(code === undefined ? {} : { code }) };
  const recipients = mail.recipients.map((recipient) =>
    isUntried(recipient) ? { ...recipient, ...why } : recipient,
  );
  return { ...mail, recipients };
}

function isUntried({ outcome, reason }: MailRecord['recipients'][number]): boolean {
  return outcome === 'pending' && reason === undefined;
}
