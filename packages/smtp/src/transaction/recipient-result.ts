import type { TransactionReason, TransactionStage } from '@mailprovider/provider/delivery-reasons';
import { SERVICE_CLOSING, SessionFault } from '../failure.ts';
import type { Reply } from '../reply-parser.ts';
import type { RecipientResult } from './transaction.ts';

export const DELIVERED: RecipientResult = { outcome: 'delivered' };

/** RFC 5321 section 4.2.2: bad sequence of commands, so one of the two sides lost count. */
const BAD_SEQUENCE = 503;
/** RFC 4954 section 6: no login for now; said of a mail by servers that limit the account. */
const NO_LOGIN_FOR_NOW = 454;
/** What limits are told by together with an enhanced status of policy (RFC 3463 section 3.8). */
const LIMITING: ReadonlySet<number> = new Set([450, 451]);
const EXCEEDED_STORAGE = 552;
/** RFC 3463: message too big for the system; for the mailbox. */
const TOO_BIG: ReadonlySet<string> = new Set(['5.3.4', '5.2.3']);

const REFUSED: Readonly<Record<TransactionStage, TransactionReason>> = {
  mail: 'SenderRejected',
  rcpt: 'RecipientRejected',
  data: 'MessageRejected',
  final: 'MessageRejected',
};

/** Whether a reply lets the transaction go on; servers exist that answer DATA by 250 instead of 354. */
export function isConsent(stage: TransactionStage, { code }: Reply): boolean {
  if (stage === 'data') return code === 354 || code === 250;
  return code >= 200 && code < 300;
}

/** What a reply other than consent means for a recipient. */
export function refusal(stage: TransactionStage, reply: Reply): RecipientResult {
  const { code } = reply;
  if (code === SERVICE_CLOSING) {
    return { outcome: 'deferred', stage, reason: 'ServiceUnavailable', code };
  }
  if (code < 400) return failure(stage, new SessionFault('ProtocolError', code));
  if (code === BAD_SEQUENCE) return { outcome: 'deferred', stage, reason: 'ProtocolError', code };
  if (code < 500) {
    const reason = isThrottle(reply) ? 'Throttled' : REFUSED[stage];
    return { outcome: 'deferred', stage, reason, code };
  }
  const reason = isTooLarge(stage, reply) ? 'MessageTooLarge' : REFUSED[stage];
  return { outcome: 'rejected', stage, reason, code };
}

/** Whether a reply 4yz limits the account or the client, and not this mail. */
function isThrottle({ code, enhancedStatus }: Reply): boolean {
  if (code === NO_LOGIN_FOR_NOW) return true;
  return LIMITING.has(code) && enhancedStatus?.startsWith('4.7.') === true;
}

/** A bare 552 to RCPT speaks of a full mailbox (RFC 5321 section 4.2.3), elsewhere of the size. */
function isTooLarge(stage: TransactionStage, { code, enhancedStatus }: Reply): boolean {
  if (enhancedStatus !== undefined) return TOO_BIG.has(enhancedStatus);
  return code === EXCEEDED_STORAGE && stage !== 'rcpt';
}

/** What a fault of the session means for a recipient: after the final dot, that nobody knows. */
export function failure(stage: TransactionStage, fault: SessionFault): RecipientResult {
  const { reason, code } = fault;
  const outcome = stage === 'final' ? 'uncertain' : 'deferred';
  return { outcome, stage, reason, ...(code === undefined ? {} : { code }) };
}
