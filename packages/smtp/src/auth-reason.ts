import type { SessionReason } from '@mailprovider/provider/reasons';
import { SERVICE_CLOSING } from './failure.ts';
import type { Reply } from './reply-parser.ts';

/** Replies whose enhanced status says more than their code. */
const REASON_OF_STATUS: ReadonlyMap<string, SessionReason> = new Map([
  // RFC 4954 section 6: the password must first be changed in another way.
  ['432 4.7.12', 'AuthMethodDisabled'],
  // Postfix: too many AUTH commands from this client.
  ['450 4.7.1', 'AuthThrottled'],
  // RFC 4954 section 6: the exchange is longer than the server reads.
  ['500 5.5.6', 'AuthMechanismUnsupported'],
  // Exchange Online: basic authentication is off, for the tenant or for all.
  ['535 5.7.139', 'AuthMethodDisabled'],
  ['550 5.7.30', 'AuthMethodDisabled'],
]);

/** RFC 4954 section 6 and RFC 5248, and what large providers mean by these codes. */
const REASON_OF_CODE: ReadonlyMap<number, SessionReason> = new Map([
  // Gmail says 421 4.7.0 of its own troubles and of whole client addresses, 454 of logins.
  [SERVICE_CLOSING, 'ServiceUnavailable'],
  // Exchange Online: too many connections of one mailbox.
  [432, 'AuthThrottled'],
  // Gmail: too many login attempts.
  [454, 'AuthThrottled'],
  [502, 'AuthMechanismUnsupported'],
  [504, 'AuthMechanismUnsupported'],
  // The account is disabled.
  [525, 'AuthMethodDisabled'],
  // TLS is wanted first (RFC 3207).
  [530, 'AuthMethodDisabled'],
  // The mechanism is too weak; Gmail: a password of the application or a browser is wanted.
  [534, 'AuthMethodDisabled'],
  [538, 'AuthMethodDisabled'],
]);

/** The reason of a reply that did not authenticate, or asked for more than the mechanism has. */
export function authReason({ code, enhancedStatus }: Reply): SessionReason {
  if (code < 400) return 'ProtocolError';
  const known = REASON_OF_STATUS.get(`${code} ${enhancedStatus}`) ?? REASON_OF_CODE.get(code);
  return known ?? (code < 500 ? 'ServiceUnavailable' : 'AuthenticationFailed');
}
