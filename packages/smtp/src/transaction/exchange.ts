import type { Connection, ReplyListener } from '../connection.ts';
import { SERVICE_CLOSING, SessionFault } from '../failure.ts';
import type { Reply } from '../reply-parser.ts';

/** The replies to commands sent together: all of them, or those before a 421 or a fault. */
export interface Answers {
  readonly replies: readonly Reply[];
  readonly fault?: SessionFault;
}

/**
 * Sends commands in one write and waits for a reply to each. `limitsMs` says for each how long it
 * may take, counted from the reply before it. Never rejects.
 */
export function exchange(
  connection: Connection,
  commands: string,
  limitsMs: readonly number[],
): Promise<Answers> {
  return new Promise((resolve) => {
    const pending = new Exchange(connection, limitsMs, resolve);
    connection.endIfUnread();
    connection.listen(pending);
    pending.beginStep();
    connection.write(commands);
  });
}

/** What a connection failed with. */
export function faultOf(cause: unknown): SessionFault {
  return cause instanceof SessionFault ? cause : new SessionFault('ConnectionClosed');
}

class Exchange implements ReplyListener {
  readonly #connection: Connection;
  readonly #limitsMs: readonly number[];
  readonly #ended: (answers: Answers) => void;
  readonly #replies: Reply[] = [];

  constructor(
    connection: Connection,
    limitsMs: readonly number[],
    ended: (answers: Answers) => void,
  ) {
    this.#connection = connection;
    this.#limitsMs = limitsMs;
    this.#ended = ended;
  }

  replied(reply: Reply): boolean {
    this.#replies.push(reply);
    if (reply.code !== SERVICE_CLOSING && this.beginStep()) return true;
    this.#connection.endStep();
    this.#ended({ replies: this.#replies });
    return false;
  }

  failed(cause: unknown): void {
    this.#ended({ replies: this.#replies, fault: faultOf(cause) });
  }

  /** Begins the step after those answered; returns whether there is one. */
  beginStep(): boolean {
    const limitMs = this.#limitsMs[this.#replies.length];
    if (limitMs === undefined) return false;
    this.#connection.beginStep(limitMs);
    return true;
  }
}
