import type { SecretReason, SessionReason } from './reasons.ts';

/** The steps of a transaction, which follow those that open the session. */
export const TRANSACTION_STAGES = ['mail', 'rcpt', 'data', 'final'] as const;
export type TransactionStage = (typeof TRANSACTION_STAGES)[number];

/** Why a server that a session was opened to did not take a mail, in the stages after AUTH. */
export const TRANSACTION_REASONS = [
  'SenderRejected',
  'RecipientRejected',
  'MessageRejected',
  'MessageTooLarge',
  'SmtpUtf8NotOffered',
  'Throttled',
] as const;
export type TransactionReason = (typeof TRANSACTION_REASONS)[number];

/** Why a mail was not offered to any server. */
export const QUEUE_REASONS = [
  'ProviderNotFound',
  'ProviderDisabled',
  'ProviderInvalid',
  'CredentialsUnavailable',
  'Interrupted',
  'ContentLost',
] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

/** Why a recipient does not have a mail. */
export type DeliveryReason = SessionReason | SecretReason | TransactionReason | QueueReason;
