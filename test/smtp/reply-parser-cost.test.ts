import { MAX_REPLY_BYTES, ReplyParser } from '@mailprovider/smtp/reply-parser';
import t from 'tap';

/** Work in proportion to the bytes takes 5 ms; in proportion to the square of the lines, 500 ms. */
const LIMIT_MS = 100;

function parsingTime(bytes: Buffer): number {
  const parser = new ReplyParser();
  const started = performance.now();
  parser.push(bytes);
  parser.next();
  return performance.now() - started;
}

t.test('a reply of as many lines as can be holds the event loop up no longer', async (t) => {
  const line = '250-\r\n';
  const bytes = Buffer.from(line.repeat(Math.floor(MAX_REPLY_BYTES / line.length)));
  const fastest = Math.min(...Array.from({ length: 5 }, () => parsingTime(bytes)));
  t.ok(fastest < LIMIT_MS, `parsed within ${fastest.toFixed(1)} ms`);
});
