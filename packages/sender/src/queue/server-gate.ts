import { backoffMs } from './retry-policy.ts';

/** Of the pauses before a server that failed is tried again. */
const INITIAL_MS = 100;
/** As often as health probes a server that is not healthy. */
const MAX_MS = 30_000;

/**
 * Decides how many attempts at once a server is given.
 *
 * While it works: all. Once a session fails: none for a growing pause, then a single one, as the trial
 * that stands for all mails. When that works: one, two, four and so on, since a server that comes
 * back has a backlog of everyone.
 */
export class ServerGate {
  readonly #random: () => number;
  #failures = 0;
  #opensAt = 0;
  #ramp = Number.POSITIVE_INFINITY;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** How often it failed since it last worked. */
  get failures(): number {
    return this.#failures;
  }

  /** When attempts may begin, in milliseconds of the same clock as `failed`. */
  get opensAt(): number {
    return this.#opensAt;
  }

  /** How many attempts may be under way at once, of as many as there is room for. */
  limit(room: number): number {
    return Math.min(room, this.#ramp);
  }

  /** Attempts that were under way side by side fail side by side, and count once. */
  failed(nowMs: number): void {
    if (nowMs < this.#opensAt) return;
    const pause = { initialMs: INITIAL_MS, maxMs: MAX_MS };
    this.#opensAt = nowMs + backoffMs(pause, this.#failures, this.#random());
    this.#failures += 1;
    this.#ramp = 1;
  }

  /** Returns whether it had failed before. */
  worked(): boolean {
    const recovered = this.#failures > 0;
    this.#failures = 0;
    this.#opensAt = 0;
    this.#ramp *= 2;
    return recovered;
  }

  /** What failed has been changed: a trial may begin at once. */
  reset(): void {
    this.#opensAt = 0;
    if (this.#failures > 0) this.#failures = 1;
  }
}
