import { encode, wrap } from 'nodemailer/lib/qp/index.js';
import { base64Lines } from './base64-lines.ts';
import type { Part } from './part.ts';

/** RFC 2045 section 6.7 allows no longer ones in quoted-printable; kept here for what is not encoded. */
const LINE_LENGTH = 76;
/** A longer text is base64: to find the lines of quoted-printable takes 50 times as long. */
const READABLE_LENGTH = 65_536;

type Encoding = '7bit' | 'quoted-printable' | 'base64';

function isTextInAscii(unit: number): boolean {
  return (unit >= 0x20 && unit < 0x7f) || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}

/** The encoding that leaves most of a text readable. */
function encodingOf(text: string): Encoding {
  if (text.length > READABLE_LENGTH) return 'base64';
  let encoded = 0;
  let lineStart = 0;
  let longLines = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (!isTextInAscii(unit)) encoded += 1;
    else if (unit === 0x0a) lineStart = at + 1;
    // The CR of a line's end counts as well: a line of just the length is encoded too.
    longLines ||= at - lineStart >= LINE_LENGTH;
  }
  if (encoded * 2 > text.length) return 'base64';
  return encoded > 0 || longLines ? 'quoted-printable' : '7bit';
}

/** RFC 5321 section 4.5.2; the text begins a line. */
function doubleLeadingDots(text: string): string {
  const inner = text.replaceAll('\n.', '\n..');
  return inner.startsWith('.') ? `.${inner}` : inner;
}

function encodedText(text: string, encoding: Encoding): Iterable<string> {
  switch (encoding) {
    case '7bit':
      return [doubleLeadingDots(text)];
    case 'quoted-printable':
      return [doubleLeadingDots(wrap(encode(text)))];
    case 'base64':
      return base64Lines(Buffer.from(text));
  }
}

/** A text for people, whose line ends become CRLF whichever they were (RFC 2046 section 4.1.1). */
export function textPart(subtype: 'plain' | 'html', text: string): Part {
  const lines = text.replaceAll(/\r\n?|\n/g, '\r\n');
  const encoding = encodingOf(lines);
  return {
    fields: `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n`,
    content: () => encodedText(lines, encoding),
  };
}
