import type { DeliveryReason } from '@mailprovider/provider/delivery-reasons';

/** Where a mail stands: `queued` until every recipient has a final outcome. */
export const MAIL_STATES = ['queued', 'sent', 'dead', 'cancelled'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/**
 * What became of a mail for one recipient: `pending` before the first attempt, `deferred` when it is
 * to be tried again or was given up for a reason that might have passed, `uncertain` when the
 * server had the whole mail and its answer did not come.
 */
export const OUTCOMES = ['pending', 'delivered', 'deferred', 'rejected', 'uncertain'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface RecipientRecord {
  readonly address: string;
  readonly outcome: Outcome;
  /** Why it is not delivered, since the last attempt. */
  readonly reason?: DeliveryReason;
  /** Reply code of the server, where a reply was the cause. */
  readonly code?: number;
  /** The provider of the last attempt. */
  readonly provider?: string;
}

/** A mail as it is stored, without its content. Times are milliseconds since the epoch. */
export interface MailRecord {
  /** UUID version 7: the order of ids is that of acceptance. */
  readonly id: string;
  /** With its angle brackets. */
  readonly messageId: string;
  /** The provider that it is queued for, or that had it last. */
  readonly provider: string;
  /** The provider that it was accepted for, if that is another: it has come to a fallback. */
  readonly origin?: string;
  /** Who submitted it; absent where callers are not told apart. */
  readonly caller?: string;
  readonly state: MailState;
  readonly recipients: readonly RecipientRecord[];
  readonly acceptedAt: number;
  /** When it was accepted, or as a dead letter queued anew: what its age counts from. */
  readonly queuedAt: number;
  /** When the next attempt is due; of an ended mail when it ended. */
  readonly dueAt: number;
  /** Attempts that ended, since acceptance or since a dead letter was retried. */
  readonly attempts: number;
  /**
   * Durably true from some time before the final dot of an attempt goes out until the outcome of
   * that attempt is durable: the server may have the mail.
   */
  readonly dataStarted: boolean;
  /** How often the outcome of an attempt was `uncertain`. */
  readonly uncertainAttempts: number;
  /** Bytes of the content. */
  readonly size: number;
  /** Whether the content has header fields beyond ASCII (RFC 6531). */
  readonly smtpUtf8: boolean;
  /** Another one after each change in the store; 0 when it is new. */
  readonly revision: number;
}
