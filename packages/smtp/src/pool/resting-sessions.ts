import type { PooledSession } from './pooled-session.ts';

/** Time as the pool needs it. */
export interface PoolClock {
  monotonicMs(): number;
  /** Calls back once after `delayMs` unless the returned function was called before. */
  schedule(delayMs: number, callback: () => void): () => void;
}

interface Rest {
  readonly session: PooledSession;
  readonly since: number;
}

/**
 * Sessions without a message. The one that came last is taken first, so that those not needed rest
 * for long; one timer, and not one for each message, finds those that rested for too long.
 */
export class RestingSessions {
  /** The longest rest first. */
  readonly #rests: Rest[] = [];
  readonly #timeoutMs: number;
  readonly #clock: PoolClock;
  readonly #expired: (session: PooledSession) => void;
  #cancelTimer: (() => void) | undefined;

  constructor(timeoutMs: number, clock: PoolClock, expired: (session: PooledSession) => void) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#expired = expired;
  }

  get size(): number {
    return this.#rests.length;
  }

  put(session: PooledSession): void {
    this.#rests.push({ session, since: this.#clock.monotonicMs() });
    this.#cancelTimer ??= this.#clock.schedule(this.#timeoutMs, this.#look);
  }

  take(): PooledSession | undefined {
    return this.#rests.pop()?.session;
  }

  /** Takes all, and leaves no timer behind. */
  takeAll(): readonly PooledSession[] {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    return this.#rests.splice(0).map(({ session }) => session);
  }

  readonly #look = (): void => {
    this.#cancelTimer = undefined;
    const latest = this.#clock.monotonicMs() - this.#timeoutMs;
    const staying = this.#rests.findIndex(({ since }) => since > latest);
    const expired = this.#rests.splice(0, staying === -1 ? this.#rests.length : staying);
    const [next] = this.#rests;
    if (next) this.#cancelTimer = this.#clock.schedule(next.since - latest, this.#look);
    for (const { session } of expired) this.#expired(session);
  };
}
