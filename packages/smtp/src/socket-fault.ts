import type { SessionReason } from '@mailprovider/provider/reasons';
import { SessionFault } from './failure.ts';

/** The most telling first: of several addresses tried, one that answered says more than one that did not. */
const REASON_OF_CODE: ReadonlyMap<string, SessionReason> = new Map([
  ['ECONNREFUSED', 'ConnectionRefused'],
  ['ECONNRESET', 'ConnectionClosed'],
  ['ECONNABORTED', 'ConnectionClosed'],
  ['EPIPE', 'ConnectionClosed'],
  ['ETIMEDOUT', 'Timeout'],
  ['ERR_SOCKET_CONNECTION_TIMEOUT', 'Timeout'],
  ['EHOSTUNREACH', 'HostUnreachable'],
  ['ENETUNREACH', 'HostUnreachable'],
  ['EPROTO', 'TlsHandshakeFailed'],
]);
const OPENSSL_CODE = /^ERR_(SSL|OSSL|TLS)_/;

/** The `code` of a system or library error, or an empty string. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function codesOf(error: unknown): readonly string[] {
  return error instanceof AggregateError ? error.errors.map(errorCode) : [errorCode(error)];
}

/** Translates what a socket failed with; `otherwise` is the reason of a code that is not known. */
export function socketFault(error: unknown, otherwise: SessionReason): SessionFault {
  const codes = codesOf(error);
  for (const [code, reason] of REASON_OF_CODE) {
    if (codes.includes(code)) return new SessionFault(reason);
  }
  const inTls = codes.some((code) => OPENSSL_CODE.test(code));
  return new SessionFault(inTls ? 'TlsHandshakeFailed' : otherwise);
}
