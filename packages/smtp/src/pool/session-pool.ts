import { setMaxListeners } from 'node:events';
import type { RecipientResult, Transaction } from '../transaction/transaction.ts';
import { Crowd } from './crowd.ts';
import { PoolClosedError } from './pool-closed-error.ts';
import type { SessionPoolOptions } from './pool-options.ts';
import { endedBeforehand, PooledSession } from './pooled-session.ts';
import { RestingSessions } from './resting-sessions.ts';

/** Who waits for a place is given one, perhaps with a session in it, or is turned away. */
interface Waiter {
  readonly take: (session: PooledSession | undefined) => void;
  readonly turnAway: (error: PoolClosedError) => void;
}

/**
 * Servers, and balancers before them, expect sessions to end at times. Opening one without TLS takes
 * the CPU of 20 small messages, so this costs a fifth of the throughput; a server that allows more
 * messages is worth a higher number.
 */
const DEFAULT_MAX_MESSAGES = 100;

/**
 * Keeps sessions to one server, and sends each message over one of them.
 *
 * There are `maxConnections` places: one for each session that is being opened, in use, at rest or
 * being ended. Who finds none waits, first come first served. A place that comes free goes to who
 * has waited longest, with its session if that is still usable.
 */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #closing = new AbortController();
  readonly #sessions = new Set<PooledSession>();
  readonly #resting: RestingSessions;
  readonly #crowd: Crowd;
  readonly #waiters: Waiter[] = [];
  readonly #whenEmpty: (() => void)[] = [];
  #places = 0;
  #first: Promise<PooledSession> | undefined;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    const { idleTimeoutMs, clock } = options;
    this.#resting = new RestingSessions(idleTimeoutMs, clock, (session) => this.#retire(session));
    this.#crowd = new Crowd(() => clock.monotonicMs());
    setMaxListeners(0, this.#closing.signal);
  }

  /** Places taken. */
  get size(): number {
    return this.#places;
  }

  /** Places of sessions at rest. */
  get idle(): number {
    return this.#resting.size;
  }

  /**
   * Delivers one message and returns what became of each recipient, in their order. A kept session
   * that turns out to have ended before the server said anything of the message is replaced, once.
   * While other sessions are open, who cannot have one more waits for one of them: many servers
   * allow a client fewer than `maxConnections`.
   *
   * Rejects as `SmtpSession.send` does, with what `open` rejects with, and with `PoolClosedError`.
   */
  async send(transaction: Transaction): Promise<readonly RecipientResult[]> {
    for (;;) {
      const results = await this.#sendUnlessCrowded(transaction);
      if (results !== undefined) return results;
    }
  }

  async #sendUnlessCrowded(
    transaction: Transaction,
  ): Promise<readonly RecipientResult[] | undefined> {
    let session = this.#takeResting() ?? (await this.#place());
    try {
      if (session !== undefined) {
        const results = await session.send(transaction);
        if (session.usable || !endedBeforehand(results)) return results;
        this.#forget(session);
        session = undefined;
      }
      session = await this.#openUnlessCrowded();
      return await session?.send(transaction);
    } finally {
      this.#giveBack(session);
    }
  }

  /**
   * Takes no more: ends sessions at rest and those being opened at once, those in use after their
   * message. Resolves when all ended.
   */
  async close(): Promise<void> {
    this.#closing.abort(new PoolClosedError());
    for (const { turnAway } of this.#waiters.splice(0)) turnAway(new PoolClosedError());
    for (const session of this.#resting.takeAll()) this.#retire(session);
    if (this.#places > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  /** Closes, and ends all sessions at once, whatever they are doing. */
  abort(): void {
    void this.close();
    for (const session of this.#sessions) session.close();
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #takeResting(): PooledSession | undefined {
    for (let session = this.#resting.take(); session; session = this.#resting.take()) {
      if (session.usable) return session;
      this.#giveBack(session);
    }
    return undefined;
  }

  async #place(): Promise<PooledSession | undefined> {
    if (this.#closed) throw new PoolClosedError();
    if (this.#places < this.#limit) {
      this.#places++;
      return undefined;
    }
    return new Promise((take, turnAway) => this.#waiters.push({ take, turnAway }));
  }

  get #limit(): number {
    return Math.min(this.#options.maxConnections, this.#crowd.limit);
  }

  async #openUnlessCrowded(): Promise<PooledSession | undefined> {
    try {
      if (this.#sessions.size > 0) return await this.#open();
      if (this.#first === undefined) return await this.#openFirst();
      await this.#first;
      return await this.#open();
    } catch (error) {
      if (this.#sessions.size === 0 || this.#closed) throw error;
      this.#crowd.noticed(this.#sessions.size);
      return undefined;
    }
  }

  /** Of a server that may be down one session is tried, and its failure is that of all who wait. */
  async #openFirst(): Promise<PooledSession> {
    this.#first = this.#open();
    try {
      return await this.#first;
    } finally {
      this.#first = undefined;
    }
  }

  /** Rejects with `PoolClosedError` if the pool was closed meanwhile, whatever came of the opening. */
  async #open(): Promise<PooledSession> {
    const { signal } = this.#closing;
    const session = new PooledSession(
      await this.#options.open(signal).catch((error) => {
        signal.throwIfAborted();
        throw error;
      }),
    );
    if (signal.aborted) session.close();
    signal.throwIfAborted();
    this.#sessions.add(session);
    return session;
  }

  #giveBack(session: PooledSession | undefined): void {
    const { maxMessages = DEFAULT_MAX_MESSAGES } = this.#options;
    if (session === undefined || !session.usable) this.#vacate(session);
    else if (this.#closed || session.messages >= maxMessages) this.#retire(session);
    else this.#passOn(session);
  }

  #passOn(session: PooledSession): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#resting.put(session);
    else waiter.take(session);
  }

  #retire(session: PooledSession): void {
    void session.quit().then(() => this.#vacate(session));
  }

  #vacate(session: PooledSession | undefined): void {
    if (session !== undefined) this.#forget(session);
    const waiter = this.#places > this.#limit ? undefined : this.#waiters.shift();
    if (waiter === undefined) this.#places--;
    else waiter.take(undefined);
    if (this.#places === 0) for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #forget(session: PooledSession): void {
    session.close();
    this.#sessions.delete(session);
  }
}
