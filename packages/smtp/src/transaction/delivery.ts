import type { Connection } from '../connection.ts';
import { SERVICE_CLOSING, SessionFault } from '../failure.ts';
import type { Reply } from '../reply-parser.ts';
import { sendContent } from './content.ts';
import { envelopeOf } from './envelope.ts';
import { type Answers, exchange } from './exchange.ts';
import { DELIVERED, failure, isConsent, refusal } from './recipient-result.ts';
import type { ServerOffer } from './server-offer.ts';
import { Tally } from './tally.ts';
import type { TimeLimits } from './time-limits.ts';
import type { RecipientResult, Transaction } from './transaction.ts';

/** What a transaction needs of its session. */
export interface Channel {
  readonly connection: Connection;
  readonly server: ServerOffer;
  readonly limits: TimeLimits;
  /** Whether the server has accepted a MAIL that nothing came of, so that RSET must precede the next. */
  halfWay: boolean;
}

interface Command {
  readonly verb: 'RSET' | 'MAIL' | 'RCPT' | 'DATA';
  readonly line: string;
  readonly stage: 'mail' | 'rcpt' | 'data';
  /** Position of the recipient that a RCPT is about. */
  readonly recipient: number;
}

const NOBODY = -1;
const RSET: Command = { verb: 'RSET', line: 'RSET\r\n', stage: 'mail', recipient: NOBODY };
const DATA: Command = { verb: 'DATA', line: 'DATA\r\n', stage: 'data', recipient: NOBODY };
const START_MAIL_INPUT = 354;

/**
 * One message over a connection: the envelope, then the content if a recipient was accepted. The
 * connection is destroyed wherever it is not known what the server would make of the next command.
 */
export class Delivery {
  readonly #channel: Channel;
  readonly #transaction: Transaction;
  readonly #commands: readonly Command[];
  readonly #tally: Tally;
  /** The code by which the server agreed to DATA, if it did. */
  #dataCode: number | undefined;
  #anyoneAccepted = false;
  /** Whether the server answered as only one would that is at another command than this client. */
  #outOfStep = false;

  /** Throws a `TypeError` for a transaction that cannot be written as commands. */
  constructor(channel: Channel, transaction: Transaction) {
    const { mail, recipients } = envelopeOf(transaction, channel.server);
    this.#channel = channel;
    this.#transaction = transaction;
    this.#tally = new Tally(recipients.map((it) => (typeof it === 'string' ? undefined : it)));
    const commands: Command[] = channel.halfWay ? [RSET] : [];
    commands.push({ verb: 'MAIL', line: mail, stage: 'mail', recipient: NOBODY });
    for (const [recipient, line] of recipients.entries()) {
      if (typeof line !== 'string') continue;
      commands.push({ verb: 'RCPT', line, stage: 'rcpt', recipient });
    }
    commands.push(DATA);
    this.#commands = commands;
  }

  /** Rejects with what `dataStarted` rejects with, and for nothing else. */
  async run(): Promise<readonly RecipientResult[]> {
    const { connection } = this.#channel;
    if (this.#tally.open > 0) await this.#sayEnvelope();
    if (this.#dataCode !== undefined) {
      await (this.#tally.open > 0 ? this.#sayContent() : this.#sayNothing());
    }
    if (this.#outOfStep) connection.destroy(new SessionFault('ProtocolError'));
    return this.#tally.results;
  }

  async #sayEnvelope(): Promise<void> {
    const { connection, server } = this.#channel;
    const writes = server.pipelining ? [this.#commands] : this.#commands.map((it) => [it]);
    for (const commands of writes) {
      const lines = commands.map(({ line }) => line).join('');
      const limits = commands.map(({ stage }) => this.#channel.limits[stage]);
      this.#hear(commands, await exchange(connection, lines, limits));
      if (this.#tally.open === 0) return;
    }
  }

  #hear(commands: readonly Command[], { replies, fault }: Answers): void {
    for (const [i, command] of commands.entries()) {
      const reply = replies[i];
      if (reply !== undefined) this.#hearOne(command, reply);
      else if (fault !== undefined) this.#tally.settleRest(failure(command.stage, fault));
    }
  }

  #hearOne(command: Command, reply: Reply): void {
    const { stage, verb } = command;
    if (reply.code === SERVICE_CLOSING) this.#close(refusal(stage, reply));
    else if (isConsent(stage, reply)) this.#goOn(verb, reply);
    else if (verb === 'RSET') this.#stop(command, unforgotten(reply));
    else this.#stop(command, refusal(stage, reply));
  }

  #goOn(verb: Command['verb'], { code }: Reply): void {
    if (verb === 'MAIL') this.#channel.halfWay = true;
    if (verb === 'RSET') this.#channel.halfWay = false;
    if (verb === 'RCPT') this.#anyoneAccepted = true;
    if (verb === 'DATA') this.#dataCode = code;
  }

  /** What is said of commands that were in vain already matters no more, such as 503 to DATA. */
  #stop({ verb, recipient }: Command, result: RecipientResult): void {
    const before = this.#tally.open;
    if (verb === 'RCPT') this.#tally.settle(recipient, result);
    else this.#tally.settleRest(result);
    if (this.#tally.open < before && isProtocolError(result)) this.#outOfStep = true;
  }

  #close(result: RecipientResult): void {
    this.#tally.settleRest(result);
    this.#channel.connection.destroy(new SessionFault('ServiceUnavailable', SERVICE_CLOSING));
  }

  /** Ends a message for nobody, which a server asked for although it refused every recipient. */
  async #sayNothing(): Promise<void> {
    const { connection, limits } = this.#channel;
    if (this.#dataCode !== START_MAIL_INPUT || this.#anyoneAccepted) {
      this.#outOfStep = true;
      return;
    }
    const { replies } = await exchange(connection, '.\r\n', [limits.final]);
    if (replies[0]?.code === SERVICE_CLOSING) this.#outOfStep = true;
    else this.#channel.halfWay = false;
  }

  async #sayContent(): Promise<void> {
    const { connection, limits } = this.#channel;
    const { stage, answer } = await sendContent(connection, this.#transaction, limits);
    this.#tally.settleRest(this.#verdict(stage, answer));
    if (stage === 'final') this.#channel.halfWay = false;
  }

  #verdict(stage: 'data' | 'final', answer: Reply | SessionFault): RecipientResult {
    if (answer instanceof SessionFault) return failure(stage, answer);
    if (stage === 'final' && isConsent(stage, answer)) return DELIVERED;
    const result = refusal(stage, answer);
    if (answer.code === SERVICE_CLOSING || isProtocolError(result)) this.#outOfStep = true;
    return result;
  }
}

/** What a refused RSET means: the message that follows might go to the recipients of the one before. */
function unforgotten({ code }: Reply): RecipientResult {
  return failure('mail', new SessionFault('ProtocolError', code));
}

function isProtocolError(result: RecipientResult): boolean {
  return result.outcome !== 'delivered' && result.reason === 'ProtocolError';
}
