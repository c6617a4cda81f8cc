import { deepStrictEqual, throws } from 'node:assert/strict';
import {
  MAX_REPLY_BYTES,
  type Reply,
  ReplyParser,
  ReplySyntaxError,
} from '@mailprovider/smtp/reply-parser';
import fc from 'fast-check';
import t from 'tap';
import {
  cutAt,
  cuts,
  enhancedStatus,
  replyCode,
  serverBytes,
  withoutEnd,
  wrote,
} from './reply-bytes.ts';

/** What a parser makes of bytes: the replies, and what came behind them. */
interface Parsed {
  readonly replies: readonly Reply[];
  readonly rest: 'nothing' | 'part of a reply' | 'no reply';
}

/** Throws what the parser throws, unless it is a `ReplySyntaxError`. */
function parse(chunks: readonly Buffer[]): Parsed {
  const parser = new ReplyParser();
  const replies: Reply[] = [];
  try {
    for (const chunk of chunks) {
      parser.push(chunk);
      for (let reply = parser.next(); reply; reply = parser.next()) replies.push(reply);
    }
  } catch (error) {
    if (!(error instanceof ReplySyntaxError)) throw error;
    return { replies, rest: 'no reply' };
  }
  return { replies, rest: parser.idle ? 'nothing' : 'part of a reply' };
}

t.test('any bytes are replies or a syntax error, the same wherever they are cut', async (t) => {
  const property = fc.property(serverBytes, cuts, (bytes, shares) => {
    deepStrictEqual(parse(cutAt(bytes, shares)), parse([bytes]));
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 5_000 }));
});

t.test('what a server may write is read as it was meant, wherever it is cut', async (t) => {
  const property = fc.property(fc.array(wrote, { maxLength: 5 }), cuts, (written, shares) => {
    const bytes = Buffer.concat(written.map((reply) => reply.bytes));
    const { replies, rest } = parse(cutAt(bytes, shares));
    deepStrictEqual(
      replies.map(({ code, lines }) => ({ code, lines })),
      written.map(({ code, lines }) => ({ code, lines })),
    );
    deepStrictEqual(rest, 'nothing');
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 5_000 }));
});

t.test('an enhanced status is found where it is one, and of the class of its code', async (t) => {
  const property = fc.property(replyCode, enhancedStatus, (code, status) => {
    const [reply] = parse([Buffer.from(`${code} ${status} text\r\n`)]).replies;
    const ofItsClass = status.startsWith(`${code}`.charAt(0)) && !status.startsWith('3');
    deepStrictEqual(reply?.enhancedStatus, ofItsClass ? status : undefined);
  });
  t.doesNotThrow(() => fc.assert(property));
});

t.test('a reply that does not end is refused before it takes more than it may', async (t) => {
  const property = fc.property(fc.array(wrote, { maxLength: 3 }), withoutEnd, (before, bytes) => {
    const parser = new ReplyParser();
    for (const reply of before) parser.push(reply.bytes);
    while (parser.next() !== undefined);
    let taken = 0;
    const refusal = () => {
      for (; taken <= MAX_REPLY_BYTES; taken += bytes.length) {
        parser.push(bytes);
        deepStrictEqual(parser.next(), undefined);
      }
    };
    throws(refusal, ReplySyntaxError);
  });
  t.doesNotThrow(() => fc.assert(property));
});
