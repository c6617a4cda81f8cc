import type { SessionReason, Stage } from '@mailprovider/provider/reasons';
import { type Behaviour, behavioursAt, type Moment, type Row } from './behaviour.ts';
import {
  close,
  flood,
  pause,
  reset,
  type Step,
  say,
  sayBeneathTls,
  trickle,
} from './scripted-peer.ts';

const LINE_OF_5_KB = `250 ${'x'.repeat(5_000)}\r\n`;
const REPLY_OF_70_KB = `${`250-${'x'.repeat(1_000)}\r\n`.repeat(70)}250 end\r\n`;

/** What any server can do where its reply is awaited. */
const INSTEAD_OF_A_REPLY: readonly [string, readonly Step[], SessionReason][] = [
  ['hangs', [], 'Timeout'],
  ['hangs within its reply', [say('250-more\r\n25')], 'Timeout'],
  ['trickles a line', [trickle('250-a')], 'Timeout'],
  ['trickles lines without end', [trickle('250-more\r\n')], 'Timeout'],
  ['closes', [close], 'ConnectionClosed'],
  ['closes within its reply', [say('250-more\r\n25'), close], 'ConnectionClosed'],
  ['resets', [pause, reset], 'ConnectionClosed'],
  ['floods with empty lines', [flood('\r\n')], 'ProtocolError'],
  ['floods with a line without end', [flood('250 aaaa')], 'ProtocolError'],
  ['floods with a reply without end', [flood('250-more\r\n')], 'ProtocolError'],
  ['sends garbage', [say('\x16\x03\x01\xff\0')], 'ProtocolError'],
  ['speaks another protocol', [say('* OK IMAP4rev1\r\n')], 'ProtocolError'],
  ['changes its code', [say('250-one\r\n220 two\r\n')], 'ProtocolError'],
  ['ends a line by a bare line feed', [say('250 bare\n')], 'ProtocolError'],
  ['sends a line of 5 KB', [say(LINE_OF_5_KB)], 'ProtocolError'],
  ['sends a reply of 70 KB', [say(REPLY_OF_70_KB)], 'ProtocolError'],
];

export function noReplyAt(at: Moment, stage: Stage): readonly Behaviour[] {
  const rows = INSTEAD_OF_A_REPLY.map(
    ([does, steps, reason]): Row => [does, steps, `${stage} ${reason}`],
  );
  return behavioursAt(at, rows);
}

/** What servers do from the greeting to the last EHLO. */
export const BEHAVIOURS_OF_REPLIES: readonly Behaviour[] = [
  ...noReplyAt('greeting', 'greeting'),
  ...behavioursAt('greeting', [
    ['refuses for now', [say('451 later\r\n')], 'greeting GreetingRejected 451'],
    ['refuses for good', [say('554 no\r\n')], 'greeting GreetingRejected 554 permanent'],
    ['shuts down', [say('421 bye\r\n'), close], 'greeting ServiceUnavailable 421'],
    ['says another 2yz', [say('250 ok\r\n')], 'greeting ProtocolError 250'],
    ['says 3yz', [say('354 go on\r\n')], 'greeting ProtocolError 354'],
    ['greets twice', [say('220 one\r\n220 two\r\n')], 'ehlo ProtocolError'],
    ['puts a byte behind its greeting', [say('220 one\r\n2')], 'ehlo ProtocolError'],
    ['greets and shuts down', [say('220 a\r\n421 b\r\n'), close], 'ehlo ServiceUnavailable 421'],
  ]),

  ...noReplyAt('ehlo', 'ehlo'),
  ...behavioursAt('ehlo', [
    ['refuses for now', [say('451 later\r\n')], 'ehlo EhloRejected 451'],
    ['refuses for good', [say('554 no\r\n')], 'ehlo EhloRejected 554 permanent'],
    ['does not know EHLO', [say('502 what?\r\n')], 'ehlo EhloRejected 502 permanent'],
    ['shuts down', [say('421 bye\r\n'), close], 'ehlo ServiceUnavailable 421'],
    ['says another 2yz', [say('220 ok\r\n')], 'ehlo ProtocolError 220'],
    ['says 3yz', [say('334 go on\r\n')], 'ehlo ProtocolError 334'],
    [
      'offers nothing',
      [say('250 hi\r\n')],
      {
        none: 'auth AuthNotOffered permanent',
        starttls: 'starttls StartTlsNotOffered permanent',
        implicit: 'auth AuthNotOffered permanent',
      },
    ],
    [
      'puts another reply behind its offer',
      [say('250-hi\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n250 more\r\n')],
      {
        none: 'ehlo ProtocolError',
        starttls: 'ehlo ProtocolError',
        implicit: 'ehlo ProtocolError',
      },
    ],
  ]),

  ...noReplyAt('starttls', 'starttls'),
  ...behavioursAt('starttls', [
    ['refuses for now', [say('454 later\r\n')], 'starttls StartTlsRefused 454'],
    ['refuses for good', [say('554 no\r\n')], 'starttls StartTlsRefused 554 permanent'],
    ['shuts down', [say('421 bye\r\n'), close], 'starttls ServiceUnavailable 421'],
    ['says another 2yz', [say('250 ok\r\n')], 'starttls ProtocolError 250'],
    ['says 3yz', [say('354 go on\r\n')], 'starttls ProtocolError 354'],
    ['puts another reply behind its 220', [say('220 go\r\n250 x\r\n')], 'starttls ProtocolError'],
    ['says 220 twice', [say('220 go\r\n220 go\r\n')], 'starttls ProtocolError'],
    ['puts a byte behind its 220', [say('220 go\r\n2')], 'starttls ProtocolError'],
    ['puts an empty line behind its 220', [say('220 go\r\n\r\n')], 'starttls ProtocolError'],
  ]),

  ...noReplyAt('second ehlo', 'ehlo'),
  ...behavioursAt('second ehlo', [
    ['refuses for now', [say('451 later\r\n')], 'ehlo EhloRejected 451'],
    ['refuses for good', [say('554 no\r\n')], 'ehlo EhloRejected 554 permanent'],
    ['greets again over TLS', [say('220 ready\r\n250 hi\r\n')], 'ehlo ProtocolError 220'],
    ['answers past TLS', [sayBeneathTls('250 hi\r\n')], 'ehlo TlsHandshakeFailed'],
  ]),

  ...behavioursAt('last ehlo', [
    ['offers no AUTH', [say('250 hi\r\n')], 'auth AuthNotOffered permanent'],
    [
      'offers AUTH by NTLM alone',
      [say('250-hi\r\n250 AUTH NTLM\r\n')],
      'auth AuthMechanismUnsupported permanent',
    ],
  ]),
];
