import { parseExtensions } from '@mailprovider/smtp/ehlo';
import { MAX_REPLY_BYTES, ReplyParser } from '@mailprovider/smtp/reply-parser';
import t from 'tap';

/** Work in proportion to the bytes takes 5 ms; in proportion to the square of the lines, 500 ms. */
const LIMIT_MS = 100;

/** How long the parser takes, and after it what reads the answer to EHLO. */
function parsingTime(bytes: Buffer): number {
  const parser = new ReplyParser();
  const started = performance.now();
  parser.push(bytes);
  parseExtensions(parser.next()?.lines ?? []);
  return performance.now() - started;
}

function fastestOf(bytes: Buffer): number {
  return Math.min(...Array.from({ length: 5 }, () => parsingTime(bytes)));
}

t.test('a reply of as many lines as can be holds the event loop up no longer', async (t) => {
  const line = '250-\r\n';
  const bytes = Buffer.from(line.repeat(Math.floor(MAX_REPLY_BYTES / line.length)));
  const fastest = fastestOf(bytes);
  t.ok(fastest < LIMIT_MS, `parsed within ${fastest.toFixed(1)} ms`);
});

t.test('neither does an EHLO reply that offers one keyword over and over', async (t) => {
  const line = '250-AUTH A B C D E F G H\r\n';
  const count = Math.floor(MAX_REPLY_BYTES / line.length) - 1;
  const fastest = fastestOf(Buffer.from(`${line.repeat(count)}250 END\r\n`));
  t.ok(fastest < LIMIT_MS, `read within ${fastest.toFixed(1)} ms`);
});
