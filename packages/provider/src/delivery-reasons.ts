import type { SecretReason, SessionReason } from './reasons.ts';

/** Why a server that a session was opened to did not take a mail, in the stages after AUTH. */
export const TRANSACTION_REASONS = [
  'SenderRejected',
  'RecipientRejected',
  'MessageRejected',
  'MessageTooLarge',
  'SmtpUtf8NotOffered',
] as const;
export type TransactionReason = (typeof TRANSACTION_REASONS)[number];

/** Why a mail was not offered to any server. */
export const QUEUE_REASONS = [
  'ProviderNotFound',
  'ProviderDisabled',
  'ProviderInvalid',
  'CredentialsUnavailable',
  'Interrupted',
] as const;
export type QueueReason = (typeof QUEUE_REASONS)[number];

/** Why a recipient does not have a mail. */
export type DeliveryReason = SessionReason | SecretReason | TransactionReason | QueueReason;
