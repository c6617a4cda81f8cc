import { QUEUE_REASONS, TRANSACTION_REASONS } from '@mailprovider/provider/delivery-reasons';
import { SECRET_REASONS, SESSION_REASONS } from '@mailprovider/provider/reasons';
import { z } from 'zod';
import { MAIL_STATES, type MailRecord, OUTCOMES } from '../mail/mail-record.ts';
import type { MailPage } from '../store/mail-store.ts';

const id = z.string().describe('UUID version 7; the order of ids is that of acceptance');
const messageId = z.string().describe('Message-ID of the mail, with its angle brackets');
const provider = z.string().describe('Name of the MailProvider');

export const acceptedSchema = z
  .object({ id, messageId, provider })
  .meta({ id: 'AcceptedMail', description: 'A mail that is stored and will be delivered.' });
type AcceptedMail = z.infer<typeof acceptedSchema>;

const recipientSchema = z
  .object({
    address: z.string(),
    outcome: z.enum(OUTCOMES),
    reason: z
      .enum([...SESSION_REASONS, ...SECRET_REASONS, ...TRANSACTION_REASONS, ...QUEUE_REASONS])
      .optional()
      .describe('Why it is not delivered, since the last attempt'),
    code: z.int().optional().describe('Reply code of the server, where a reply was the cause'),
    provider: z.string().optional().describe('The provider of the last attempt'),
  })
  .meta({ id: 'Recipient', description: 'What became of a mail for one recipient.' });

const time = () => z.iso.datetime();

export const mailViewSchema = z
  .object({
    id,
    messageId,
    state: z.enum(MAIL_STATES),
    provider,
    origin: z
      .string()
      .optional()
      .describe('The provider that it was accepted for, if it came to a fallback'),
    caller: z
      .string()
      .optional()
      .describe('Who submitted it; absent where callers are not told apart'),
    recipients: z.array(recipientSchema),
    acceptedAt: time(),
    attempts: z
      .int()
      .min(0)
      .describe('Attempts that ended, since acceptance or since it was last retried'),
    nextAttemptAt: time().optional().describe('When the next attempt is due; while it is queued'),
    endedAt: time().optional().describe('When it was sent, cancelled or given up'),
  })
  .meta({ id: 'MailStatus', description: 'Where a mail stands.' });
type MailView = z.infer<typeof mailViewSchema>;

export const mailListSchema = z
  .object({
    items: z.array(mailViewSchema).describe('In the order of acceptance'),
    next: z
      .string()
      .optional()
      .describe(
        'Value of "after" for the next page, also of a page that has less than "limit"; absent on the last',
      ),
  })
  .meta({ id: 'MailList', description: 'A page of mails in one state.' });
type MailList = z.infer<typeof mailListSchema>;

export function acceptedView({ id, messageId, provider }: MailRecord): AcceptedMail {
  return { id, messageId, provider };
}

export function mailView(mail: MailRecord): MailView {
  const { id, messageId, state, provider, recipients, acceptedAt, attempts, dueAt } = mail;
  const { origin, caller } = mail;
  const due = new Date(dueAt).toISOString();
  return {
    id,
    messageId,
    state,
    provider,
    ...(origin === undefined ? {} : { origin }),
    ...(caller === undefined ? {} : { caller }),
    recipients: recipients.map(({ address, outcome, reason, code, provider }) => ({
      address,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(code === undefined ? {} : { code }),
      ...(provider === undefined ? {} : { provider }),
    })),
    acceptedAt: new Date(acceptedAt).toISOString(),
    attempts,
    ...(state === 'queued' ? { nextAttemptAt: due } : { endedAt: due }),
  };
}

export function mailListView({ mails, next }: MailPage): MailList {
  return { items: mails.map(mailView), ...(next === undefined ? {} : { next }) };
}
