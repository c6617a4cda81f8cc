import type MimeNode from 'nodemailer/lib/mime-node/index.js';
import { encode, wrap } from 'nodemailer/lib/qp/index.js';

/** Characters of a line (RFC 2045 section 6.8), and how many lines take under a millisecond. */
const LINE_LENGTH = 76;
const BYTES_AT_ONCE = (LINE_LENGTH / 4) * 3 * 2048;

function* base64Pieces(content: Uint8Array): Generator<string> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  for (let start = 0; start < bytes.length; start += BYTES_AT_ONCE) {
    const encoded = bytes.toString('base64', start, start + BYTES_AT_ONCE);
    let lines = '';
    for (let at = 0; at < encoded.length; at += LINE_LENGTH) {
      lines += `${encoded.slice(at, at + LINE_LENGTH)}\r\n`;
    }
    yield lines;
  }
}

/** RFC 5321 section 4.5.2; the text begins a line. */
function doubleLeadingDots(text: string): string {
  const inner = text.replaceAll('\n.', '\n..');
  return inner.startsWith('.') ? `.${inner}` : inner;
}

function* textPieces(text: string, encoding: string | false): Generator<string> {
  if (encoding === 'base64') yield* base64Pieces(Buffer.from(text));
  else if (encoding === 'quoted-printable') yield doubleLeadingDots(wrap(encode(text)));
  else yield doubleLeadingDots(text);
}

function* contentPieces(node: MimeNode): Generator<string> {
  const { content } = node;
  if (typeof content === 'string') yield* textPieces(content, node.getTransferEncoding());
  else if (content instanceof Uint8Array) yield* base64Pieces(content);
}

/**
 * A tree of parts as text, piece by piece; leading dots are doubled.
 *
 * Composed without the streams of `MimeNode.build()`, which cost ten times what the text of a small
 * mail does. Contents must be strings whose lines end in CRLF, or bytes.
 */
export function* mimePieces(node: MimeNode): Generator<string> {
  yield `${node.buildHeaders()}\r\n\r\n`;
  yield* contentPieces(node);
  for (const child of node.childNodes) {
    const lineBreak = child === node.childNodes[0] ? '' : '\r\n';
    yield `${lineBreak}--${node.boundary}\r\n`;
    yield* mimePieces(child);
  }
  if (node.childNodes.length > 0) yield `\r\n--${node.boundary}--\r\n`;
}
