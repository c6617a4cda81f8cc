import type { EhloExtensions } from '../ehlo.ts';

/** What of a server's offer matters to a transaction. */
export interface ServerOffer {
  readonly pipelining: boolean;
  readonly size: boolean;
  /** The greatest message it takes, in bytes; infinite where it does not say. */
  readonly maxBytes: number;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly dsn: boolean;
}

const DIGITS = /^\d{1,20}$/;

/** Reads the extensions PIPELINING (RFC 2920), SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), DSN (3461). */
export function serverOffer(extensions: EhloExtensions): ServerOffer {
  return {
    pipelining: extensions.has('PIPELINING'),
    size: extensions.has('SIZE'),
    maxBytes: maxBytes(extensions.get('SIZE')?.[0]),
    eightBitMime: extensions.has('8BITMIME'),
    smtpUtf8: extensions.has('SMTPUTF8'),
    dsn: extensions.has('DSN'),
  };
}

/** RFC 1870 section 4: no number, or 0, sets no limit. */
function maxBytes(stated: string | undefined): number {
  if (stated === undefined || !DIGITS.test(stated)) return Number.POSITIVE_INFINITY;
  return Number(stated) || Number.POSITIVE_INFINITY;
}
