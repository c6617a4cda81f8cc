import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs/index.js';

/** RFC 5322 section 2.1.1 allows 998 octets a line; the field's name and a margin are left out. */
const WORD_MAX = 900;
/** RFC 2047 section 2 allows 75 characters an encoded word; this leaves room for the name of a short field. */
const ENCODED_WORD_MAX = 52;
const LINE_BREAKS = /[\r\n\0]+/g;
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

/**
 * The whole text as encoded words (RFC 2047), in base64 where that is shorter. A line break is a
 * space: some readers break the field once they have decoded it.
 */
export function encodedWords(value: string): string {
  const text = value.replaceAll(LINE_BREAKS, ' ');
  const ascii = text.replace(/[^\x20-\x7e]/g, '').length;
  return encodeWord(text, ascii * 2 >= text.length ? 'Q' : 'B', ENCODED_WORD_MAX);
}

/** The value of an unstructured header field, which a reader sees exactly as `text`. */
export function unstructured(text: string): string {
  return text === '' || isPlain(text) ? text : encodedWords(text);
}

/** A header field with its CRLF, folded at 76 characters where it has a space, but not before its value. */
export function headerField(name: string, value: string): string {
  const folded = foldLines(`${name}: ${value}`);
  return `${folded.replace(`${name}:\r\n`, () => `${name}:`)}\r\n`;
}
