import type { Connection } from './connection.ts';
import type { EhloExtensions } from './ehlo.ts';
import type { SessionTrace, TlsFacts } from './session-trace.ts';
import { type Channel, Delivery } from './transaction/delivery.ts';
import { serverOffer } from './transaction/server-offer.ts';
import type { TimeLimits } from './transaction/time-limits.ts';
import type { RecipientResult, Transaction } from './transaction/transaction.ts';

/** An open session; end it with `quit` or `close`. */
export interface SmtpSession {
  /** How opening it went. */
  readonly trace: SessionTrace;
  /** Facts of the TLS layer, absent on a plain connection. */
  readonly tls: TlsFacts | undefined;
  /** What the server's last EHLO reply offered. */
  readonly extensions: EhloExtensions;
  /** Whether another message can be sent: the session is open, at rest, and the server said nothing unasked. */
  readonly usable: boolean;
  /**
   * Delivers one message and returns what became of each recipient, in their order.
   *
   * Never rejects for what the server or the network does. Rejects with what `dataStarted` rejects
   * with, with a `TypeError` for a transaction that cannot be said in SMTP, and with an `Error` while
   * another transaction is under way.
   */
  send(transaction: Transaction): Promise<readonly RecipientResult[]>;
  /** Says QUIT, waits at most 1 s for the answer and closes; never rejects. */
  quit(): Promise<void>;
  /** Closes at once. */
  close(): void;
}

interface SessionParts {
  readonly extensions: EhloExtensions;
  readonly trace: SessionTrace;
  readonly timeLimits: TimeLimits;
}

/** A server that works answers QUIT in one round trip; nothing depends on the answer. */
const QUIT_LIMIT_MS = 1_000;

export function createSession(
  connection: Connection,
  { extensions, trace, timeLimits }: SessionParts,
): SmtpSession {
  const server = serverOffer(extensions);
  const channel: Channel = { connection, server, limits: timeLimits, halfWay: false };
  let sending = false;
  return {
    trace,
    tls: trace.tls,
    extensions,
    get usable() {
      return !sending && connection.isQuiet;
    },
    async send(transaction) {
      if (sending) throw new Error('a transaction is under way already');
      const delivery = new Delivery(channel, transaction);
      sending = true;
      try {
        return await delivery.run();
      } finally {
        sending = false;
      }
    },
    quit: () => quit(connection),
    close: () => connection.destroy(),
  };
}

async function quit(connection: Connection): Promise<void> {
  connection.beginStep(QUIT_LIMIT_MS);
  await connection.command('QUIT').catch(() => undefined);
  connection.destroy();
}
