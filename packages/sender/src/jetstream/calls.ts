import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@mailprovider/process';
import {
  createInbox,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  PermissionViolationError,
  type PublishOptions,
  type Subscription,
} from '@nats-io/transport-node';
import { CallFailure, type CallFault, isPassing, JetStreamRefusal } from './failure.ts';
import { Link } from './link.ts';
import { lastToken } from './names.ts';

/** An answer takes milliseconds; that of a cluster that elects a leader does not come. */
const ANSWER_MS = 2_500;
/** How long a call that may succeed soon is repeated. */
const REPEAT_MS = 5_000;
const REPEAT_PAUSE_MS = 150;
const SWEEP_MS = 250;

interface Pending {
  readonly subject: string;
  readonly until: number;
  readonly resolve: (answer: Msg) => void;
  readonly reject: (error: CallFailure) => void;
}

interface Outgoing {
  readonly subject: string;
  readonly payload: string | Uint8Array;
  readonly options: PublishOptions;
}

/** What JetStream says of a message that it stored. */
export interface Stored {
  readonly seq: number;
}

/**
 * Calls over one connection, any number at a time, each of which ends within seconds whatever becomes
 * of NATS. Answers to all come to one subscription, since one for each, or a timer, costs more than
 * the call.
 */
export class Calls {
  readonly connection: NatsConnection;
  readonly #logger: Logger;
  readonly #inbox = createInbox();
  readonly #answers: Subscription;
  readonly #pending = new Map<string, Pending>();
  readonly #sweep: NodeJS.Timeout;
  readonly #link: Link;
  #outgoing: Outgoing[] = [];
  #last = 0;

  constructor(connection: NatsConnection, logger: Logger) {
    this.connection = connection;
    this.#logger = logger;
    this.#answers = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, answer) => {
        if (!error) this.#answered(answer);
      },
    });
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS);
    this.#link = new Link(connection, {
      lost: () => this.#failAll('unanswered'),
      failed: (error) => {
        if (error instanceof PermissionViolationError) this.#denied(error.subject);
      },
    });
  }

  get isConnected(): boolean {
    return this.#link.isUp;
  }

  /** Calls back after each reconnection; returns how to stop. */
  onReconnect(callback: () => void): () => void {
    return this.#link.onReconnect(callback);
  }

  /** One request to JetStream. Rejects with `CallFailure`, or `JetStreamRefusal`. */
  async api<T>(operation: string, body: object | undefined): Promise<T> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return parsed(await this.call(`$JS.API.${operation}`, payload));
  }

  /** Stores one message. Rejects with `CallFailure`, or `JetStreamRefusal`. */
  async store(subject: string, payload?: string | Uint8Array, headers?: MsgHdrs): Promise<Stored> {
    return parsed(await this.call(subject, payload, headers));
  }

  call(subject: string, payload?: string | Uint8Array, headers?: MsgHdrs): Promise<Msg> {
    if (this.isConnected) return this.#send(subject, payload, headers);
    return this.#link.up().then(() => this.#send(subject, payload, headers));
  }

  /** Repeats what may be done twice, while it may succeed soon. */
  async repeat<T>(attempt: () => Promise<T>): Promise<T> {
    const end = performance.now() + REPEAT_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error) || performance.now() > end) throw error;
      }
      await pause(REPEAT_PAUSE_MS);
    }
  }

  /** Sends what needs no answer; nothing where there is no connection. */
  tell(subject: string, payload: string, reply?: string): void {
    if (!this.isConnected) return;
    this.#enqueue({ subject, payload, options: reply === undefined ? {} : { reply } });
  }

  async close(): Promise<void> {
    const wasConnected = this.isConnected;
    this.#flush();
    this.#link.close();
    if (wasConnected) await Promise.race([this.connection.flush(), pause(ANSWER_MS)]);
    clearInterval(this.#sweep);
    this.#answers.unsubscribe();
    this.#failAll('closed');
    await this.connection.close();
  }

  #send(subject: string, payload: string | Uint8Array = '', headers?: MsgHdrs): Promise<Msg> {
    if (this.connection.isClosed()) return Promise.reject(new CallFailure('closed'));
    return new Promise((resolve, reject) => {
      this.#last += 1;
      const token = this.#last.toString(36);
      const until = performance.now() + ANSWER_MS;
      this.#pending.set(token, { subject, until, resolve, reject });
      const reply = `${this.#inbox}.${token}`;
      this.#enqueue({ subject, payload, options: { reply, ...(headers && { headers }) } });
    });
  }

  /** What is sent in one turn of the event loop is written together, which halves its cost. */
  #enqueue(message: Outgoing): void {
    if (this.#outgoing.push(message) === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#outgoing;
    this.#outgoing = [];
    if (!this.isConnected || this.connection.isClosed()) return;
    for (const message of messages) this.#publish(message);
  }

  #publish({ subject, payload, options }: Outgoing): void {
    try {
      this.connection.publish(subject, payload, options);
    } catch (error) {
      const token = lastToken(options.reply ?? '');
      this.#pending.get(token)?.reject(new CallFailure('too-large', { cause: error }));
      this.#pending.delete(token);
    }
  }

  #answered(answer: Msg): void {
    const token = lastToken(answer.subject);
    const pending = this.#pending.get(token);
    if (!pending) return;
    this.#pending.delete(token);
    if (answer.data.length === 0 && answer.headers?.code === 503) {
      pending.reject(new CallFailure('no-responders'));
    } else pending.resolve(answer);
  }

  /** They end in the order they began. */
  #expire(): void {
    const now = performance.now();
    for (const [token, { until, reject }] of this.#pending) {
      if (until > now) return;
      this.#pending.delete(token);
      reject(new CallFailure('unanswered'));
    }
  }

  #failAll(fault: CallFault): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new CallFailure(fault));
  }

  #denied(subject: string): void {
    this.#logger.error({ subject }, 'mailprovider sender is denied a subject of NATS');
    if (subject === this.#answers.getSubject()) this.#failAll('denied');
    for (const [token, pending] of this.#pending) {
      if (pending.subject !== subject) continue;
      this.#pending.delete(token);
      pending.reject(new CallFailure('denied'));
    }
  }
}

function parsed<T>(answer: Msg): T {
  const value = JSON.parse(answer.string());
  if (value.error) throw new JetStreamRefusal(value.error.err_code, value.error.description);
  return value;
}
