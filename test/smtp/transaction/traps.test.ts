import t from 'tap';
import { close, hear, type Step, say } from '../scripted-peer.ts';
import { MailServer } from './mail-server.ts';
import { converse, mailTo, sent } from './sending.ts';

const PIPELINED = ['PIPELINING'];
/** The commands of a message for so many recipients. */
const heard = (recipients: number): readonly Step[] => [
  ...['MAIL', ...Array<string>(recipients).fill('RCPT'), 'DATA'].map(hear),
];

t.test('replies that come with the end of the connection are all kept', async (t) => {
  const table: readonly [replies: string, results: readonly string[]][] = [
    [
      '250 a\r\n250 b\r\n550 c\r\n554 d\r\n',
      ['rejected data MessageRejected 554', 'rejected rcpt RecipientRejected 550'],
    ],
    [
      '250 a\r\n250 b\r\n550 c\r\n421 d\r\n',
      ['deferred data ServiceUnavailable 421', 'rejected rcpt RecipientRejected 550'],
    ],
    [
      '250 a\r\n250 b\r\n550 c\r\n',
      ['deferred data ConnectionClosed', 'rejected rcpt RecipientRejected 550'],
    ],
    ['250 a\r\n250 b\r\n', ['deferred rcpt ConnectionClosed', 'deferred rcpt ConnectionClosed']],
    ['421 a\r\n', ['deferred mail ServiceUnavailable 421', 'deferred mail ServiceUnavailable 421']],
  ];
  for (const [replies, results] of table) {
    const { session, peer } = await converse(t, PIPELINED, [...heard(2), say(replies), close]);
    t.strictSame(await sent(session, mailTo(2)), results);
    t.equal(await peer.ended(), 1);
    t.notOk(session.usable);
  }
});

t.test('a 421 to MAIL ends all, though the server stays', async (t) => {
  const { session, peer } = await converse(t, PIPELINED, [...heard(1), say('421 a\r\n')]);
  t.strictSame(await sent(session, mailTo(1)), ['deferred mail ServiceUnavailable 421']);
  t.equal(await peer.ended(), 1);
});

t.test('one reply too many is never taken for that of the next message', async (t) => {
  for (const extra of ['250 once more\r\n', '250-once', '2']) {
    const { session, peer } = await converse(t, PIPELINED, [
      ...heard(1),
      say('250 a\r\n250 b\r\n354 c\r\n'),
      hear('.'),
      say(`250 taken\r\n${extra}`),
    ]);
    t.strictSame(await sent(session, mailTo(1)), ['delivered']);
    t.notOk(session.usable);
    const before = peer.received();
    t.strictSame(await sent(session, mailTo(1)), ['deferred mail ProtocolError']);
    t.equal(await peer.ended(), 1);
    t.equal(peer.received(), before, 'nothing of the next message was said');
  }
});

t.test('a reply too many before the content keeps the final dot back', async (t) => {
  const replies = say('250 a\r\n250 b\r\n354 c\r\n250 d\r\n');
  const { session, peer } = await converse(t, PIPELINED, [...heard(1), replies]);
  t.strictSame(await sent(session, mailTo(1)), ['deferred data ProtocolError']);
  await peer.ended();
  t.notMatch(peer.received(), /^\.\r$/m);
});

t.test('a message that a server asks for though it refused all ends empty', async (t) => {
  const replies = say('250 a\r\n550 b\r\n550 c\r\n354 d\r\n');
  const { session, peer } = await converse(t, PIPELINED, [
    ...[...heard(2), replies, hear('.'), say('554 nobody\r\n')],
    new MailServer().converse,
  ]);
  const refused = 'rejected rcpt RecipientRejected 550';
  t.strictSame(await sent(session, mailTo(2)), [refused, refused]);
  t.match(peer.received(), /DATA\r\n\.\r\n$/);
  t.ok(session.usable);
  t.strictSame(await sent(session, mailTo(1)), ['delivered'], 'without RSET');
  t.notMatch(peer.received(), /RSET/);
});

t.test('250 to DATA is taken for 354', async (t) => {
  for (const extensions of [PIPELINED, []]) {
    const { session } = await converse(t, extensions, [
      ...[hear('MAIL'), say('250 a\r\n'), hear('RCPT'), say('250 b\r\n'), hear('DATA')],
      ...[say('250 c\r\n'), hear('.'), say('250 d\r\n')],
    ]);
    t.strictSame(await sent(session, mailTo(1)), ['delivered']);
    t.ok(session.usable);
  }
});

t.test('503 defers, and ends the session, unless it answers what was in vain', async (t) => {
  const table: readonly [replies: string, result: string, usable: boolean][] = [
    ['503 a\r\n503 b\r\n503 c\r\n', 'deferred mail ProtocolError 503', false],
    ['250 a\r\n503 b\r\n503 c\r\n', 'deferred rcpt ProtocolError 503', false],
    ['250 a\r\n250 b\r\n503 c\r\n', 'deferred data ProtocolError 503', false],
    ['550 a\r\n503 b\r\n503 c\r\n', 'rejected mail SenderRejected 550', true],
    ['250 a\r\n450 b\r\n503 c\r\n', 'deferred rcpt RecipientRejected 450', true],
    ['250 a\r\n354 b\r\n503 c\r\n', 'deferred rcpt ProtocolError 354', false],
    ['354 a\r\n503 b\r\n503 c\r\n', 'deferred mail ProtocolError 354', false],
  ];
  for (const [replies, result, usable] of table) {
    const { session } = await converse(t, PIPELINED, [...heard(1), say(replies)]);
    t.strictSame(await sent(session, mailTo(1)), [result]);
    t.equal(session.usable, usable, result);
  }
});

t.test('a reply other than 2yz, 4yz and 5yz to the final dot is uncertain', async (t) => {
  for (const [code, result] of [
    [200, 'delivered'],
    [354, 'uncertain final ProtocolError 354'],
    [503, 'deferred final ProtocolError 503'],
    [552, 'rejected final MessageTooLarge 552'],
  ] as const) {
    const { session } = await converse(t, PIPELINED, [
      ...[...heard(1), say('250 a\r\n250 b\r\n354 c\r\n'), hear('.'), say(`${code} d\r\n`)],
    ]);
    t.strictSame(await sent(session, mailTo(1)), [result]);
  }
});

t.test('RSET precedes a message after one that ended half-way, and only then', async (t) => {
  for (const extensions of [PIPELINED, []]) {
    const refusal = say('451 later\r\n');
    const server = new MailServer({ at: 'data', steps: [refusal], means: 'refusal' });
    const { session, peer } = await converse(t, extensions, [server.converse]);
    t.strictSame(await sent(session, mailTo(1)), ['deferred data MessageRejected 451']);
    t.strictSame(await sent(session, mailTo(1)), ['delivered']);
    t.strictSame(await sent(session, mailTo(1)), ['delivered']);
    t.equal(peer.received().split('RSET').length, 2);
  }
});

t.test('a message is not begun where the one before may not be forgotten', async (t) => {
  const { session, peer } = await converse(t, PIPELINED, [
    ...[...heard(1), say('250 a\r\n250 b\r\n451 c\r\n'), hear('RSET'), ...heard(1)],
    say('502 what\r\n250 a\r\n250 b\r\n354 c\r\n'),
  ]);
  t.strictSame(await sent(session, mailTo(1)), ['deferred data MessageRejected 451']);
  t.strictSame(await sent(session, mailTo(1)), ['deferred mail ProtocolError 502']);
  await peer.ended();
  t.match(peer.received(), /DATA\r\n$/, 'neither content nor dot');
});

t.test('no empty message goes to a recipient that was taken though MAIL was refused', async (t) => {
  const replies = say('550 a\r\n250 b\r\n354 c\r\n');
  const { session, peer } = await converse(t, PIPELINED, [...heard(1), replies]);
  t.strictSame(await sent(session, mailTo(1)), ['rejected mail SenderRejected 550']);
  await peer.ended();
  t.match(peer.received(), /DATA\r\n$/);
});
