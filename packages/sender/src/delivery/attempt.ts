import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { AttemptFailure, AttemptResult } from '../mail/attempt-result.ts';
import type { MailRecord } from '../mail/mail-record.ts';

/** How an attempt ended. */
export type AttemptEnd =
  /** The server was offered the mail: what became of each recipient, by address. */
  | {
      readonly kind: 'offered';
      readonly results: ReadonlyMap<string, AttemptResult>;
      /** The first of them, absent where all were delivered. */
      readonly failure?: AttemptFailure;
      /** Whether the server seems to be in trouble, rather than not to want this mail. */
      readonly troubled: boolean;
    }
  /** No session, for a reason that every mail of the provider meets. */
  | {
      readonly kind: 'no-session';
      readonly failure: AttemptFailure;
      /** A login that just failed. */
      readonly suspension?: AuthSuspension;
    }
  /** The sender is being stopped; the server does not have the mail. */
  | { readonly kind: 'abandoned' };

/** What an attempt delivers. */
export interface AttemptRequest {
  readonly mail: MailRecord;
  /** Addresses that the mail is still to go to. */
  readonly recipients: readonly string[];
  readonly content: Uint8Array;
  /** Makes it durable that the server may have the mail from now on. */
  readonly dataStarted: () => Promise<void>;
}

/** Takes mails to the server of one provider. */
export interface Delivery {
  /** Rejects if `dataStarted` does, with its reason; the server does not have the mail then. */
  attempt(request: AttemptRequest): Promise<AttemptEnd>;
}
