import type { TransactionStage } from '@mailprovider/provider/delivery-reasons';
import { close, pause, reset, type Step, say, trickle } from '../scripted-peer.ts';
import { type Misbehaviour, settle } from './mail-server.ts';

/** A row of the table: what a server does at a moment, and what that comes to. */
export interface Row extends Misbehaviour {
  readonly does: string;
  /** Whom it concerns; the others have the message. */
  readonly concerns: 'all' | 'last';
  /** The result of those, as `written` puts it. */
  readonly result: string;
  /** Whether the session can be used after it. */
  readonly usable: boolean;
  /** The stage with a short time limit, where one has to run out. */
  readonly waitsAt?: TransactionStage | 'block';
}

const LATER = say('451 4.3.0 later\r\n');
const NOT_SO_MANY = say('450 4.7.28 not so many\r\n');
const NO = say('550 5.0.0 no\r\n');
const BYE = [say('421 4.3.2 bye\r\n'), close];
const TRICKLE = trickle('250-a');
const GARBAGE = say('\x16\x03\x01\xff\0');

/** Takes no byte from the network, for longer than the client waits. */
const deafness: Step = ({ socket }) => {
  socket.pause().removeAllListeners('data');
  setTimeout(() => socket.resume(), 600);
};

const AS_EVER = { means: 'consent', concerns: 'all', result: 'delivered', usable: true } as const;

const STEPS = ['mail', 'rcpt', 'data', 'final'] as const;

const REFUSED: Readonly<Record<TransactionStage, string>> = {
  mail: 'SenderRejected',
  rcpt: 'RecipientRejected',
  data: 'MessageRejected',
  final: 'MessageRejected',
};

/** What servers do in place of the reply to a step. */
function inPlaceOfReply(at: (typeof STEPS)[number]): readonly Row[] {
  const concerns = at === 'rcpt' ? 'last' : 'all';
  const refusal = { at, means: 'refusal', concerns, usable: true } as const;
  const end = { at, means: 'end', concerns: 'all', usable: false } as const;
  const lost = at === 'final' ? 'uncertain' : 'deferred';
  return [
    { ...refusal, does: 'says 4yz', steps: [LATER], result: `deferred ${at} ${REFUSED[at]} 451` },
    { ...refusal, does: 'limits', steps: [NOT_SO_MANY], result: `deferred ${at} Throttled 450` },
    { ...refusal, does: 'says 5yz', steps: [NO], result: `rejected ${at} ${REFUSED[at]} 550` },
    { ...end, does: 'says 421', steps: BYE, result: `deferred ${at} ServiceUnavailable 421` },
    { ...end, does: 'closes', steps: [close], result: `${lost} ${at} ConnectionClosed` },
    {
      ...end,
      does: 'resets',
      steps: [settle, reset],
      result: `${lost} ${at} ConnectionClosed`,
    },
    { ...end, does: 'hangs', steps: [], result: `${lost} ${at} Timeout`, waitsAt: at },
    { ...end, does: 'trickles', steps: [TRICKLE], result: `${lost} ${at} Timeout`, waitsAt: at },
    { ...end, does: 'says garbage', steps: [GARBAGE], result: `${lost} ${at} ProtocolError` },
    { at, does: 'is slow', steps: [pause], ...AS_EVER },
  ];
}

/** What servers do once they have asked for the content, before the final dot. */
function withinContent(): readonly Row[] {
  const end = { at: 'body', means: 'end', concerns: 'all', usable: false } as const;
  return [
    { ...end, does: 'says 4yz', steps: [LATER], result: 'deferred data MessageRejected 451' },
    { ...end, does: 'limits', steps: [NOT_SO_MANY], result: 'deferred data Throttled 450' },
    { ...end, does: 'says 5yz', steps: [NO], result: 'rejected data MessageRejected 550' },
    {
      ...end,
      does: 'says 2yz',
      steps: [say('250 ok\r\n')],
      result: 'deferred data ProtocolError 250',
    },
    { ...end, does: 'says 421', steps: BYE, result: 'deferred data ServiceUnavailable 421' },
    { ...end, does: 'closes', steps: [close], result: 'deferred data ConnectionClosed' },
    {
      ...end,
      does: 'resets',
      steps: [settle, reset],
      result: 'deferred data ConnectionClosed',
    },
    { ...end, does: 'hangs', steps: [deafness], result: 'deferred data Timeout', waitsAt: 'block' },
    { ...end, does: 'says garbage', steps: [GARBAGE], result: 'deferred data ProtocolError' },
    { at: 'body', does: 'is slow', steps: [pause], ...AS_EVER },
  ];
}

/** What servers do after they took a message; the result is that of the next one. */
function betweenMails(): readonly Row[] {
  const end = { at: 'between mails', means: 'end', concerns: 'all', usable: false } as const;
  return [
    { ...end, does: 'says 4yz', steps: [LATER], result: 'deferred mail ProtocolError' },
    { ...end, does: 'says 5yz', steps: [NO], result: 'deferred mail ProtocolError' },
    { ...end, does: 'says 2yz', steps: [say('250 ok\r\n')], result: 'deferred mail ProtocolError' },
    { ...end, does: 'says 421', steps: BYE, result: 'deferred mail ServiceUnavailable 421' },
    { ...end, does: 'closes', steps: [close], result: 'deferred mail ConnectionClosed' },
    {
      ...end,
      does: 'resets',
      steps: [settle, reset],
      result: 'deferred mail ConnectionClosed',
    },
    { ...end, does: 'hangs', steps: [], result: 'deferred mail Timeout', waitsAt: 'mail' },
    { ...end, does: 'says garbage', steps: [GARBAGE], result: 'deferred mail ProtocolError' },
    { at: 'between mails', does: 'is slow', steps: [pause], ...AS_EVER },
  ];
}

export const ROWS: readonly Row[] = [
  ...STEPS.flatMap(inPlaceOfReply),
  ...withinContent(),
  ...betweenMails(),
];
