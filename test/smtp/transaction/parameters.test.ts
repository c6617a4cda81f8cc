import type { Transaction } from '@mailprovider/smtp';
import t, { type Test } from 'tap';
import { MailServer } from './mail-server.ts';
import { CONTENT, converse, mailTo, sent } from './sending.ts';

const EVERYTHING = ['PIPELINING', 'SIZE 1000', '8BITMIME', 'SMTPUTF8', 'DSN'];
const SIZE = CONTENT.length;

interface Heard {
  readonly results: readonly string[];
  /** The lines of the envelope. */
  readonly commands: readonly string[];
}

async function heardOf(
  t: Test,
  extensions: readonly string[],
  transaction: Transaction,
): Promise<Heard> {
  const { session, peer } = await converse(t, extensions, [new MailServer().converse]);
  const results = await sent(session, transaction);
  t.ok(session.usable);
  session.close();
  await peer.ended();
  const text = Buffer.from(peer.received(), 'latin1').toString();
  return { results, commands: text.split('\r\n').filter((line) => /^(MAIL|RCPT)/.test(line)) };
}

const PLAIN = ['MAIL FROM:<sender@mail.example>', 'RCPT TO:<person-1@mail.example>'];

t.test(
  'parameters are said only where the server knows them and the message needs them',
  async (t) => {
    const international = mailTo(1, {
      smtpUtf8: true,
      content: [Buffer.from('Subject: é\r\n\r\n')],
    });
    const traced = mailTo(1, { envelopeId: 'a+b=c' });
    const eightBit = mailTo(1, { content: [Buffer.from('\r\né\r\n')] });
    const table: readonly [readonly string[], Transaction, readonly string[]][] = [
      [[], mailTo(1), PLAIN],
      [[], traced, PLAIN],
      [['SIZE'], mailTo(1), [`${PLAIN[0]} SIZE=${SIZE}`, `${PLAIN[1]}`]],
      [['size 0'], mailTo(1), [`${PLAIN[0]} SIZE=${SIZE}`, `${PLAIN[1]}`]],
      [['8BITMIME', 'SMTPUTF8'], mailTo(1), PLAIN],
      [['8BITMIME'], eightBit, [`${PLAIN[0]} BODY=8BITMIME`, `${PLAIN[1]}`]],
      [EVERYTHING, international, [`${PLAIN[0]} SIZE=15 BODY=8BITMIME SMTPUTF8`, `${PLAIN[1]}`]],
      [['DSN'], traced, [`${PLAIN[0]} RET=HDRS ENVID=a+2Bb+3Dc`, `${PLAIN[1]} NOTIFY=FAILURE`]],
      [[], mailTo(1, { from: '' }), ['MAIL FROM:<>', `${PLAIN[1]}`]],
    ];
    for (const [extensions, transaction, commands] of table) {
      const heard = await heardOf(t, extensions, transaction);
      t.strictSame(heard, { results: ['delivered'], commands }, extensions.join(' '));
    }
  },
);

t.test('what the server cannot take is not offered to it', async (t) => {
  const table: readonly [readonly string[], Partial<Transaction>, string][] = [
    [[`SIZE ${SIZE - 1}`], {}, 'rejected mail MessageTooLarge'],
    [['8BITMIME'], { smtpUtf8: true }, 'rejected mail SmtpUtf8NotOffered'],
    [['SMTPUTF8'], { content: [Buffer.from('\r\né\r\n')] }, 'rejected mail MessageRejected'],
  ];
  for (const [extensions, more, result] of table) {
    const heard = await heardOf(t, extensions, mailTo(2, more));
    t.strictSame(heard, { results: [result, result], commands: [] });
  }
});

t.test('an internationalised recipient is refused alone where the server knows none', async (t) => {
  const recipients = ['plain@mail.example', 'jörg@mail.example', 'info@bücher.example', 'a@é.x:25'];
  const withoutIt = await heardOf(t, ['PIPELINING'], mailTo(recipients));
  t.strictSame(withoutIt, {
    results: [
      'delivered',
      'rejected rcpt SmtpUtf8NotOffered',
      'delivered',
      'rejected rcpt RecipientRejected',
    ],
    commands: [
      'MAIL FROM:<sender@mail.example>',
      'RCPT TO:<plain@mail.example>',
      'RCPT TO:<info@xn--bcher-kva.example>',
    ],
  });
  const withIt = await heardOf(t, ['SMTPUTF8', '8BITMIME'], mailTo(['jörg@bücher.example']));
  t.strictSame(withIt, {
    results: ['delivered'],
    commands: ['MAIL FROM:<sender@mail.example> SMTPUTF8', 'RCPT TO:<jörg@xn--bcher-kva.example>'],
  });
});

t.test('what would leave its place in a command is a TypeError, and nothing is said', async (t) => {
  const { session, peer } = await converse(t, ['PIPELINING'], [new MailServer().converse]);
  const before = peer.received();
  const inAPath = ['\r', '\n', '\0', '<', '>', ' ', '\t', '\x7f', '\u0085', '\u2028', '\ud800'];
  const faulty: Partial<Transaction>[] = [
    ...inAPath.map((it) => ({ recipients: ['a@b.example', `c${it}d@e.example`] })),
    ...inAPath.map((it) => ({ from: `c${it}d@e.example` })),
    { from: 'é@mail.example' },
    { recipients: [] },
    { recipients: [''] },
    { envelopeId: '' },
    { envelopeId: 'a b' },
    { envelopeId: 'é' },
    { envelopeId: 'x'.repeat(101) },
    { envelopeId: '='.repeat(50) },
    { content: [Buffer.from('no end of line')] },
    { content: [Buffer.from('\r\n'), Buffer.from('a'), Buffer.alloc(0)] },
  ];
  for (const more of faulty) await t.rejects(session.send(mailTo(1, more)), TypeError);
  t.ok(session.usable);
  t.equal(peer.received(), before);
});
