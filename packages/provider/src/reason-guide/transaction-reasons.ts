import type { TransactionReason, TransactionStage } from '../delivery-reasons.ts';
import type { SessionReason } from '../reasons.ts';
import type { Guidance, SessionGuidance } from './guidance.ts';

/** What to know of a mail that a server did not take. */
export interface TransactionGuidance extends Guidance {
  /** In which a mail can fail for it, in their order. */
  readonly stages: readonly TransactionStage[];
  readonly passes: SessionGuidance['passes'];
}

/** What to know of each reason of a transaction beside its words for people (`DELIVERY_REASON_TEXT`). */
export const TRANSACTION_REASON_GUIDE: Readonly<Record<TransactionReason, TransactionGuidance>> = {
  SenderRejected: {
    stages: ['mail'],
    passes: 'after-4yz',
    causes: [
      'an account that may not send as `spec.sender.address`',
      'a domain of the sender that the server does not know, or a login that it wants first',
      'a limit on mails of the account (4yz)',
    ],
    fix: [
      'Compare `spec.sender.address` with what the account may send as.',
      'If the server wants a login (530), set `spec.smtp.username` and `spec.smtp.passwordRef`.',
    ],
  },
  RecipientRejected: {
    stages: ['rcpt'],
    passes: 'after-4yz',
    causes: [
      'an address that does not exist, or a mailbox that is full',
      'a server that relays only to some domains, or only after a login',
      'greylisting, or more recipients than it takes at once (4yz)',
    ],
    fix: [
      'Check the address.',
      'If every address of other domains is refused, use a server that relays for this account.',
    ],
  },
  MessageRejected: {
    stages: ['mail', 'data', 'final'],
    passes: 'after-4yz',
    causes: [
      'a filter against spam or viruses',
      'a rule on what a message must have, such as a signature or a certain sender',
      'a server without room (4yz)',
      'content of 8 bits for a server without 8BITMIME, told before anything is sent (in mail)',
    ],
    fix: ['The log of the server tells why.'],
  },
  MessageTooLarge: {
    stages: ['mail', 'rcpt', 'data', 'final'],
    passes: 'no',
    causes: [
      'attachments beyond the limit of the server, in mail often told before anything is sent',
    ],
    fix: [
      'See the limit in bytes: type `EHLO me` into `openssl s_client -quiet -crlf -starttls smtp -connect HOST:PORT` (on port 465 without `-starttls smtp`), and read the line with SIZE.',
      'Send a link in place of the attachment, or have the limit raised; attachments grow by a third in a mail.',
    ],
  },
  SmtpUtf8NotOffered: {
    stages: ['mail', 'rcpt'],
    passes: 'no',
    causes: [
      'a recipient with letters beyond ASCII before the @ (in rcpt), or in a header field (in mail), for a server without SMTPUTF8',
    ],
    fix: ['Use another address of the recipient, or a server that offers SMTPUTF8.'],
  },
  Throttled: {
    stages: ['mail', 'rcpt', 'data', 'final'],
    passes: 'yes',
    causes: [
      'more mails in a time than the account, or the address that the cluster leaves by, may send (454, or 450 and 451 with 4.7.x)',
      'a login that the server cannot check for now (454)',
      'greylisting (450 and 451 with 4.7.x, in rcpt)',
    ],
    fix: [
      'Wait: it is tried again later.',
      'Set `spec.rateLimit` to what the server allows; its operator tells how much that is.',
      'Name other providers in `spec.fallbacks`, which send what this one may not.',
    ],
  },
};

/** Reasons of a session that can end it in any stage of a transaction as well. */
export const SESSION_REASONS_OF_TRANSACTIONS = [
  'ConnectionClosed',
  'HostUnreachable',
  'Timeout',
  'ProtocolError',
  'TlsHandshakeFailed',
  'ServiceUnavailable',
] as const satisfies readonly SessionReason[];
