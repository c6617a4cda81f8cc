import type { SessionReason, Stage } from '@mailprovider/provider/reasons';
import type { Reply } from './reply-parser.ts';
import type { SessionTrace } from './session-trace.ts';

/** Why a session could not be opened, and in which step. */
export interface SmtpFailure {
  readonly stage: Stage;
  readonly reason: SessionReason;
  /** True when a retry cannot succeed before someone changes something. */
  readonly permanent: boolean;
  /** The server's reply code, where a reply was the cause. */
  readonly code?: number;
}

/** A failed session; the message holds stage, reason and reply code, never the server's text. */
export class SmtpError extends Error {
  override readonly name = 'SmtpError';
  readonly failure: SmtpFailure;
  readonly trace: SessionTrace;

  constructor(failure: SmtpFailure, trace: SessionTrace) {
    const code = failure.code === undefined ? '' : ` (reply ${failure.code})`;
    super(`SMTP session failed in stage ${failure.stage}: ${failure.reason}${code}`);
    this.failure = failure;
    this.trace = trace;
  }
}

/** A failure before its stage is known: layers below the session do not know which step they serve. */
export class SessionFault extends Error {
  override readonly name = 'SessionFault';
  readonly reason: SessionReason;
  readonly code: number | undefined;

  constructor(reason: SessionReason, code?: number) {
    super(reason);
    this.reason = reason;
    this.code = code;
  }
}

/** RFC 5321 section 3.8: the server is closing the channel, whatever was asked. */
export const SERVICE_CLOSING = 421;

/** What no retry mends although no reply code says so. */
const PERMANENT_WITHOUT_REPLY: ReadonlySet<SessionReason> = new Set([
  'HostNotFound',
  'AddressNotAllowed',
  'StartTlsNotOffered',
  'CertificateExpired',
  'CertificateNotYetValid',
  'CertificateNotTrusted',
  'CertificateNameMismatch',
  'AuthNotOffered',
  'AuthMechanismUnsupported',
]);

/** Whether a retry cannot succeed before someone changes something. */
export function isPermanent({ reason, code }: SessionFault): boolean {
  return code === undefined ? PERMANENT_WITHOUT_REPLY.has(reason) : code >= 500;
}

/** The fault of a reply that is not the one hoped for; `refused` is its reason when it is 4yz or 5yz. */
export function unwelcome(reply: Reply, refused: SessionReason): SessionFault {
  if (reply.code === SERVICE_CLOSING) return new SessionFault('ServiceUnavailable', reply.code);
  return new SessionFault(reply.code >= 400 ? refused : 'ProtocolError', reply.code);
}
