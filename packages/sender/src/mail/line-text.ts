/** Octets of a header line without its CRLF (RFC 5322 section 2.1.1). */
export const MAX_LINE_OCTETS = 998;

export const NOT_ONE_LINE =
  'must be one line: no line breaks, NUL, other control characters or half surrogate pairs';

export const NOT_TEXT = 'must not contain NUL or half surrogate pairs';

/** C0, DEL and C1 with U+0085; U+2028; U+2029; surrogates without their other half. */
const BREAKS_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
const BREAKS_TEXT = /[\0\p{Cs}]/u;

/** Whether a text can stand in one line of a message, whoever reads it. */
export function isOneLine(value: string): boolean {
  return !BREAKS_A_LINE.test(value);
}

/** Whether a text can be encoded as the body of a message. */
export function isBodyText(value: string): boolean {
  return !BREAKS_TEXT.test(value);
}

/** RFC 5322 section 2.1.1 allows 998 octets a line; the field's name and a margin are left out. */
const WORD_MAX = 900;
const ONE_PRINTABLE_LINE = /^[!-~]+(?: [!-~]+)*$/;

/**
 * Whether a text arrives as it is when it is written as it is: printable ASCII whose single spaces
 * survive folding, no word too long for a line, and nothing that readers decode (RFC 2047).
 */
export function isPlain(text: string): boolean {
  return (
    ONE_PRINTABLE_LINE.test(text) &&
    !text.includes('=?') &&
    text.split(' ').every((word) => word.length <= WORD_MAX)
  );
}

/** Whether a text has at most so many octets in UTF-8. */
export function fitsOctets(value: string, max: number): boolean {
  // One UTF-16 unit has at least one octet and at most three.
  if (value.length * 3 <= max) return true;
  return value.length <= max && Buffer.byteLength(value) <= max;
}
