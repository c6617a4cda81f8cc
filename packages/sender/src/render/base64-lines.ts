/** RFC 2045 section 6.8. */
const LINE_LENGTH = 76;
/** Bytes of whole lines that take about half a millisecond. */
const BYTES_AT_ONCE = (LINE_LENGTH / 4) * 3 * 2048;

/** Bytes as lines of base64 (RFC 2045 section 6.8), each with its end, many in a piece. */
export function* base64Lines(content: Uint8Array): Generator<string> {
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
