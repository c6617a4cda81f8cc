import type { Connection, ReplyListener } from '../connection.ts';
import { SessionFault } from '../failure.ts';
import type { Reply } from '../reply-parser.ts';
import { faultOf } from './exchange.ts';
import type { TimeLimits } from './time-limits.ts';
import type { Transaction } from './transaction.ts';

/** What the content was answered by, and whether its final dot had been sent by then. */
export interface ContentAnswer {
  readonly stage: 'data' | 'final';
  readonly answer: Reply | SessionFault;
}

/** What must get through within `TimeLimits.block`: in 3 minutes at 1.5 KB/s. */
const BLOCK_BYTES = 256 * 1024;

/**
 * Sends the content and, once the network took it and `dataStarted` resolved, the final dot, in a
 * write of its own: what ends the connection before that write leaves the server without a message.
 *
 * Rejects with what `dataStarted` rejects with, and for nothing else; the connection is destroyed then.
 */
export async function sendContent(
  connection: Connection,
  { content, dataStarted }: Pick<Transaction, 'content' | 'dataStarted'>,
  limits: TimeLimits,
): Promise<ContentAnswer> {
  const ending = new Ending(connection);
  connection.endIfUnread();
  connection.listen(ending);
  const written = writeBlocks(connection, content, limits.block);
  if (dataStarted === undefined) await written;
  else await bothDone(connection, written, dataStarted);
  ending.sendDot(limits.final);
  return ending.answered;
}

async function writeBlocks(
  connection: Connection,
  content: readonly Uint8Array[],
  limitMs: number,
): Promise<void> {
  for (const block of blocksOf(content)) {
    connection.beginStep(limitMs);
    await connection.writeBytes(block);
  }
  connection.endStep();
}

function* blocksOf(content: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  let block: Uint8Array[] = [];
  let room = BLOCK_BYTES;
  for (const piece of content) {
    for (let start = 0; start < piece.length; ) {
      const part = piece.subarray(start, start + room);
      block.push(part);
      start += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield block;
      block = [];
      room = BLOCK_BYTES;
    }
  }
  if (block.length > 0) yield block;
}

async function bothDone(
  connection: Connection,
  written: Promise<void>,
  dataStarted: () => Promise<void>,
): Promise<void> {
  try {
    await Promise.all([written, dataStarted()]);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** The end of the content: its final dot and the reply to all of it, which may also come before. */
class Ending implements ReplyListener {
  readonly answered: Promise<ContentAnswer>;
  readonly #connection: Connection;
  #answer: (answer: ContentAnswer) => void = () => undefined;
  #stage: 'data' | 'final' = 'data';
  #isAnswered = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  sendDot(limitMs: number): void {
    this.#connection.endIfUnread();
    if (this.#isAnswered) return;
    this.#stage = 'final';
    this.#connection.beginStep(limitMs);
    this.#connection.write('.\r\n');
  }

  replied(reply: Reply): boolean {
    this.#connection.endStep();
    this.#end(reply);
    // The server is still within the content, and what is left of it would be read as commands.
    if (this.#stage === 'data') this.#connection.destroy(new SessionFault('ProtocolError'));
    return false;
  }

  failed(cause: unknown): void {
    this.#end(faultOf(cause));
  }

  #end(answer: Reply | SessionFault): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#answer({ stage: this.#stage, answer });
  }
}
