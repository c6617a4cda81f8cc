import type { TransactionReason, TransactionStage } from '@mailprovider/provider/delivery-reasons';
import type { SessionReason } from '@mailprovider/provider/reasons';

/** What a session delivers: one envelope and the bytes of one message. */
export interface Transaction {
  /** Reverse-path, without angle brackets; ASCII. */
  readonly from: string;
  /** Forward-paths, without angle brackets, at least one. */
  readonly recipients: readonly string[];
  /**
   * The message in pieces that follow each other: lines end in CRLF, the last one too, and leading
   * dots are doubled already.
   */
  readonly content: readonly Uint8Array[];
  /** Whether header fields hold more than ASCII (RFC 6531). */
  readonly smtpUtf8: boolean;
  /** Said as ENVID, with NOTIFY=FAILURE, where the server offers DSN (RFC 3461). */
  readonly envelopeId?: string;
  /**
   * Called once when the server has asked for the content; the final dot goes out only after it
   * resolved, and not at all if it rejects: the transaction then rejects with that error.
   */
  readonly dataStarted?: () => Promise<void>;
}

/**
 * What became of one recipient: `deferred` may be tried again, `rejected` not, and after `uncertain`
 * the server may have taken the message, since its answer to the final dot did not come.
 */
export type RecipientResult =
  | { readonly outcome: 'delivered' }
  | {
      readonly outcome: 'deferred' | 'rejected' | 'uncertain';
      readonly stage: TransactionStage;
      readonly reason: SessionReason | TransactionReason;
      /** Reply code of the server, where a reply was the cause. */
      readonly code?: number;
    };
