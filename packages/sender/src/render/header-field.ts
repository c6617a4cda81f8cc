import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs/index.js';
import { isPlain } from '../mail/line-text.ts';

/** RFC 2047 section 2 allows 75 characters an encoded word; this leaves room for the name of a short field. */
const ENCODED_WORD_MAX = 52;
const LINE_BREAKS = /[\r\n\0]+/g;

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
