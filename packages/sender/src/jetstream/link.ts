import type { NatsConnection } from '@nats-io/transport-node';
import { CallFailure } from './failure.ts';

/** How long a call waits for a connection that was lost just now. */
const RECONNECT_MS = 3_000;

export interface LinkListener {
  lost(): void;
  /** The user may not use a subject. */
  failed(error: Error): void;
}

/** Whether a connection is there, which is lost and made anew by itself. */
export class Link {
  readonly #connection: NatsConnection;
  readonly #reconnected = new Set<() => void>();
  #lostAt: number | undefined;
  #isClosed = false;

  constructor(connection: NatsConnection, listener: LinkListener) {
    this.#connection = connection;
    void this.#watch(listener);
  }

  get isUp(): boolean {
    return this.#lostAt === undefined && !this.#isClosed;
  }

  /** Calls back after each reconnection; returns how to stop. */
  onReconnect(callback: () => void): () => void {
    this.#reconnected.add(callback);
    return () => this.#reconnected.delete(callback);
  }

  /** From now on it counts as down. */
  close(): void {
    this.#isClosed = true;
  }

  /** Resolves when it is up; rejects with `CallFailure` when that takes too long. */
  async up(): Promise<void> {
    if (this.#isClosed) throw new CallFailure('closed');
    if (this.#lostAt === undefined) return;
    const lostFor = performance.now() - this.#lostAt;
    if (lostFor >= RECONNECT_MS) throw new CallFailure('unreachable');
    await this.#reconnection(RECONNECT_MS - lostFor);
  }

  #reconnection(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = this.onReconnect(() => {
        stop();
        clearTimeout(timer);
        resolve();
      });
      const timer = setTimeout(() => {
        stop();
        reject(new CallFailure('unreachable'));
      }, withinMs);
    });
  }

  async #watch(listener: LinkListener): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') {
        this.#lostAt ??= performance.now();
        listener.lost();
      } else if (status.type === 'reconnect') {
        this.#lostAt = undefined;
        for (const callback of [...this.#reconnected]) callback();
      } else if (status.type === 'error') listener.failed(status.error);
    }
  }
}
