import {
  MAX_LINE_BYTES,
  MAX_REPLY_BYTES,
  type Reply,
  ReplyParser,
  ReplySyntaxError,
} from '@mailprovider/smtp/reply-parser';
import t from 'tap';

function parse(...chunks: readonly (string | Buffer)[]): Reply[] {
  const parser = new ReplyParser();
  const replies: Reply[] = [];
  for (const chunk of chunks) {
    parser.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
    for (let reply = parser.next(); reply; reply = parser.next()) replies.push(reply);
  }
  return replies;
}

t.test('a reply is its code, its lines and its enhanced status', async (t) => {
  const table: readonly [string, Reply][] = [
    ['220 ready\r\n', { code: 220, lines: ['ready'] }],
    ['250\r\n', { code: 250, lines: [''] }],
    ['250 \r\n', { code: 250, lines: [''] }],
    ['250-a\r\n250-b\r\n250 c\r\n', { code: 250, lines: ['a', 'b', 'c'] }],
    ['250-\r\n250\r\n', { code: 250, lines: ['', ''] }],
    ['571 policy\r\n', { code: 571, lines: ['policy'] }],
    ['250 caf\xe9\r\n', { code: 250, lines: ['caf\xe9'] }],
    ['535 5.7.8 no\r\n', { code: 535, lines: ['5.7.8 no'], enhancedStatus: '5.7.8' }],
    ['535 5.7.139\r\n', { code: 535, lines: ['5.7.139'], enhancedStatus: '5.7.139' }],
    ['535-5.7.8 a\r\n535 b\r\n', { code: 535, lines: ['5.7.8 a', 'b'], enhancedStatus: '5.7.8' }],
    ['535 4.7.0 other class\r\n', { code: 535, lines: ['4.7.0 other class'] }],
    ['250 2.0.0.0 an address\r\n', { code: 250, lines: ['2.0.0.0 an address'] }],
  ];
  for (const [bytes, reply] of table) t.same(parse(bytes), [reply], JSON.stringify(bytes));
});

t.test('what is not a reply is refused', async (t) => {
  const table: readonly string[] = [
    '\r\n',
    'hello\r\n',
    '150 too low\r\n',
    '650 too high\r\n',
    '25 short\r\n',
    '2500 long\r\n',
    '250_ok\r\n',
    '250 bare line feed\n',
    '250 bare\rcarriage return\r\n',
    '250 nul\0\r\n',
    ' 250 ok\r\n',
    '250-a\r\n251 b\r\n',
    '250-a\r\n\r\n',
    '250-a\r\n250_b\r\n',
    'no end of line',
    '\x15\x03\x03\x00\x02\x02\x46',
  ];
  for (const bytes of table) t.throws(() => parse(bytes), ReplySyntaxError, JSON.stringify(bytes));
});

t.test('replies come out the same wherever the bytes are cut', async (t) => {
  const bytes = Buffer.from(
    '220 a\r\n250-b\r\n250-AUTH PLAIN\r\n250 c\r\n535 5.7.8 d\r\n',
    'latin1',
  );
  const whole = parse(bytes);
  t.equal(whole.length, 3);
  for (let cut = 0; cut <= bytes.length; cut++) {
    t.same(parse(bytes.subarray(0, cut), bytes.subarray(cut)), whole, `cut at ${cut}`);
  }
  t.same(parse(...[...bytes].map((byte) => Buffer.of(byte))), whole, 'byte by byte');
});

t.test('a good reply is delivered before the nonsense behind it is refused', async (t) => {
  const parser = new ReplyParser();
  parser.push(Buffer.from('220 ready\r\n\r\n'));
  t.same(parser.next(), { code: 220, lines: ['ready'] });
  t.throws(() => parser.next(), ReplySyntaxError);
});

t.test('the parser is idle exactly between replies', async (t) => {
  const parser = new ReplyParser();
  t.ok(parser.idle, 'before the first');
  for (const bytes of ['2', '50-a\r\n', '250 ']) {
    parser.push(Buffer.from(bytes));
    t.equal(parser.next(), undefined);
    t.notOk(parser.idle, JSON.stringify(bytes));
  }
  parser.push(Buffer.from('b\r\n2'));
  t.same(parser.next()?.lines, ['a', 'b']);
  t.notOk(parser.idle, 'a byte of the next reply has come');
});

t.test('a line is at most 4 KiB, with or without its end', async (t) => {
  const longest = `250 ${'x'.repeat(MAX_LINE_BYTES - '250 \r\n'.length)}\r\n`;
  t.equal(parse(longest).length, 1);
  t.throws(() => parse(`250 x${longest.slice(4)}`), ReplySyntaxError);
  t.throws(() => parse('2'.repeat(MAX_LINE_BYTES + 1)), ReplySyntaxError);
});

t.test('a reply is at most 64 KiB, each reply anew', async (t) => {
  const line = `250-${'x'.repeat(1_018)}\r\n`;
  const most = line.repeat(MAX_REPLY_BYTES / line.length - 1) + line.replace('-', ' ');
  t.equal(most.length, MAX_REPLY_BYTES);
  t.equal(parse(most, most).length, 2);
  t.throws(() => parse(line + most), ReplySyntaxError);
});
