import fc from 'fast-check';

const digit = fc.integer({ min: 0, max: 9 });
/** Any code of a reply. */
export const replyCode = fc
  .tuple(fc.integer({ min: 2, max: 5 }), digit, digit)
  .map((digits) => Number(digits.join('')));

/** Any text a reply line may hold: bytes other than NUL, CR and LF. */
export const replyText = fc
  .array(
    fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x0a && byte !== 0x0d),
    { maxLength: 40 },
  )
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

export interface WrittenReply {
  readonly code: number;
  readonly lines: readonly string[];
  /** As a server may write it: an empty last line with or without its separator. */
  readonly bytes: Buffer;
}

export const wrote = fc
  .record({
    code: replyCode,
    lines: fc.array(replyText, { minLength: 1, maxLength: 12 }),
    bare: fc.boolean(),
  })
  .map(({ code, lines, bare }): WrittenReply => {
    const last = lines.length - 1;
    const written = lines.map((text, i) => {
      const separator = i < last ? '-' : bare && text === '' ? '' : ' ';
      return `${code}${separator}${text}\r\n`;
    });
    return { code, lines, bytes: Buffer.from(written.join(''), 'latin1') };
  });

const upTo999 = fc.nat({ max: 999 });
export const enhancedStatus = fc
  .tuple(fc.integer({ min: 2, max: 5 }), upTo999, upTo999)
  .map((numbers) => numbers.join('.'));

/** What a server repeats whose reply never ends: whole lines that go on, or no end of line. */
export const withoutEnd = fc
  .oneof(
    fc.tuple(replyCode, replyText).map(([code, text]) => `${code}-${text}\r\n`),
    fc.tuple(replyCode, replyText).map(([code, text]) => `${code} ${text}`),
  )
  .map((text) => Buffer.from(text, 'latin1'));

/** Pieces that lead deeper into the parser than bytes by chance. */
const piece = fc.oneof(
  wrote.map(({ bytes }) => bytes),
  fc
    .constantFrom(
      '2',
      '25',
      '250',
      '250-',
      '250 ',
      '220-a\r\n',
      '\r',
      '\n',
      '\r\n',
      '\0',
      '421 x\r\n',
    )
    .map((text) => Buffer.from(text)),
  fc
    .tuple(fc.constantFrom('250-', '250 ', '2', 'x', '\r\n', '250-\r\n'), fc.nat({ max: 5_000 }))
    .map(([text, times]) => Buffer.from(text.repeat(times))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

/** Bytes of a server: replies, parts of replies, too much of something, anything. */
export const serverBytes = fc.array(piece, { maxLength: 8 }).map((pieces) => Buffer.concat(pieces));

/** Where to cut bytes: shares of their length. */
export const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

export function cutAt(bytes: Buffer, shares: readonly number[]): readonly Buffer[] {
  const ends = shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}
