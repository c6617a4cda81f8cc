/**
 * Tells when a step takes too long, for one step after the other.
 *
 * A limit that ends later than the timer under way does not touch it: at its end the timer waits
 * for the rest. So steps that are in time cost a reading of the clock each, and no timer.
 */
export class StepTimer {
  readonly #monotonicMs: () => number;
  readonly #expired: () => void;
  #dueAt = Number.POSITIVE_INFINITY;
  #endsAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(monotonicMs: () => number, expired: () => void) {
    this.#monotonicMs = monotonicMs;
    this.#expired = expired;
  }

  /** Begins a step that may take so many milliseconds. */
  begin(limitMs: number): void {
    const now = this.#monotonicMs();
    this.#dueAt = now + limitMs;
    if (this.#timer === undefined || this.#dueAt < this.#endsAt) this.#wait(now);
  }

  /** Ends the step. */
  end(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** Ends the step, and leaves no timer behind. */
  clear(): void {
    this.end();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(now: number): void {
    clearTimeout(this.#timer);
    this.#endsAt = this.#dueAt;
    this.#timer = setTimeout(this.#look, this.#dueAt - now);
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    if (this.#dueAt === Number.POSITIVE_INFINITY) return;
    const now = this.#monotonicMs();
    if (now < this.#dueAt) this.#wait(now);
    else this.#expired();
  };
}
