import type { Clock } from '@mailprovider/process';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
  handle?: NodeJS.Timeout;
}

/** Real time that a test moves forward; timers follow it. */
export class ShiftedClock implements Clock {
  #shiftMs = 0;
  readonly #timers = new Set<Timer>();

  now(): Date {
    return new Date(Date.now() + this.#shiftMs);
  }

  monotonicMs(): number {
    return performance.now() + this.#shiftMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.monotonicMs() + delayMs, callback };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => this.#remove(timer);
  }

  /** How many timers wait for a time that is still to come. */
  get waiting(): number {
    const nowMs = this.monotonicMs();
    return [...this.#timers].filter(({ atMs }) => atMs > nowMs).length;
  }

  shift(ms: number): void {
    this.#shiftMs += ms;
    for (const timer of this.#timers) this.#arm(timer);
  }

  #arm(timer: Timer): void {
    clearTimeout(timer.handle);
    timer.handle = setTimeout(() => {
      this.#timers.delete(timer);
      timer.callback();
    }, timer.atMs - this.monotonicMs());
  }

  #remove(timer: Timer): void {
    clearTimeout(timer.handle);
    this.#timers.delete(timer);
  }
}
