import type { Clock } from '@mailprovider/process';

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  /** By how much the wall clock was set. */
  #offsetMs = 0;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): Date {
    return new Date(this.#now + this.#offsetMs);
  }

  monotonicMs(): number {
    return this.#now;
  }

  /** Sets the wall clock; no timer moves. */
  setWallClock(ms: number): void {
    this.#offsetMs = ms - this.#now;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The pauses until each timer, in milliseconds. */
  get pending(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}
