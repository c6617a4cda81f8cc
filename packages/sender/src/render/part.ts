import { headerField } from './header-field.ts';

/** One part of a message (RFC 2045), or all of it. */
export interface Part {
  /** Its header fields, with their line ends. */
  readonly fields: string;
  /** Its content, encoded and with leading dots doubled; each piece is little work. */
  content(): Iterable<string>;
}

function* partsBetween(boundary: string, parts: readonly Part[]): Generator<string> {
  let lineBreak = '';
  for (const part of parts) {
    yield `${lineBreak}--${boundary}\r\n${part.fields}\r\n`;
    yield* part.content();
    lineBreak = '\r\n';
  }
  yield `\r\n--${boundary}--\r\n`;
}

/**
 * Several parts as one (RFC 2046 section 5.1); one stays as it is. `id` keeps the boundary apart
 * from those of other messages, and `=_` from what quoted-printable or base64 can write.
 */
export function multipart(
  subtype: 'mixed' | 'alternative' | 'related',
  first: Part,
  others: readonly Part[],
  id: string,
): Part {
  if (others.length === 0) return first;
  const boundary = `=_${id}-${subtype}`;
  // What is related is so to HTML here, and RFC 2387 section 3.1 wants that said.
  const type = subtype === 'related' ? 'type="text/html"; ' : '';
  return {
    fields: headerField('Content-Type', `multipart/${subtype}; ${type}boundary="${boundary}"`),
    content: () => partsBetween(boundary, [first, ...others]),
  };
}
