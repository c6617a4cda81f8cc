import type { Lease } from './leases.ts';

/** Time, so that tests decide what it is. */
export interface ElectionClock {
  now(): Date;
  /** Milliseconds that only move forward, also while the process is stopped. */
  monotonicMs(): number;
  /** Calls back once after `delayMs` unless the returned function was called before. */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** What the leader knows of its own term. */
export interface Leadership {
  /** Aborts when the Lease was lost or is to be given up. */
  readonly signal: AbortSignal;
  /**
   * Throws, and aborts the signal, if the Lease may be somebody else's by now. Call it right before
   * each write: after the process was stopped for a while, no timer has fired yet.
   */
  throwIfLost(): void;
}

/** The reason of the signal of a leader that did not renew its Lease in time, or was replaced. */
export class LeadershipLost extends Error {
  override readonly name = 'LeadershipLost';
}

export interface TermOptions {
  readonly clock: ElectionClock;
  readonly renewDeadlineMs: number;
  /** When the write of the Lease began, which is before its duration began for anybody else. */
  readonly takenAtMs: number;
  /** The Lease as it was written. */
  readonly lease: Lease;
}

/** The time of one leader, from taking the Lease until it is lost or given up. */
export class Term implements Leadership {
  readonly #clock: ElectionClock;
  readonly #renewDeadlineMs: number;
  readonly #end = new AbortController();
  #renewedAtMs: number;
  #cancelDeadline = () => {};
  /** What the next renewal is written over; nothing if somebody deleted the Lease. */
  lease: Lease | undefined;

  constructor({ clock, renewDeadlineMs, takenAtMs, lease }: TermOptions) {
    this.#clock = clock;
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#renewedAtMs = takenAtMs;
    this.lease = lease;
    this.renewed(lease, takenAtMs);
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get lost(): boolean {
    return this.signal.reason instanceof LeadershipLost;
  }

  /** Goes on from a renewal whose write began at `sinceMs`. */
  renewed(lease: Lease, sinceMs: number): void {
    this.lease = lease;
    this.#renewedAtMs = sinceMs;
    this.#cancelDeadline();
    if (this.signal.aborted) return;
    const leftMs = Math.max(0, sinceMs + this.#renewDeadlineMs - this.#clock.monotonicMs());
    this.#cancelDeadline = this.#clock.schedule(leftMs, () => this.lose('not renewed in time'));
  }

  lose(why: string): void {
    this.#cancelDeadline();
    this.#end.abort(new LeadershipLost(`the Lease was lost: ${why}`));
  }

  /** Ends the term while the Lease is still held. */
  end(): void {
    this.#cancelDeadline();
    this.#end.abort();
  }

  throwIfLost(): void {
    const age = this.#clock.monotonicMs() - this.#renewedAtMs;
    if (age >= this.#renewDeadlineMs) this.lose('not renewed in time');
    this.signal.throwIfAborted();
  }
}
