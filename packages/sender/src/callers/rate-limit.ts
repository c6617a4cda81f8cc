import type { Clock } from '@mailprovider/process';

/** How many mails a caller may submit in any period of that length. */
export interface RateLimit {
  readonly messages: number;
  readonly periodMs: number;
}

/** Of all callers together; 8 bytes each. */
const MAX_TIMES = 1_000_000;

/** What a caller took, and may give back if no mail came of it. */
export type Taking =
  | { readonly kind: 'taken'; giveBack(): void }
  | { readonly kind: 'refused'; readonly waitMs: number };

/**
 * A limit for each caller by an exact sliding window: no period of the length that was set, whenever
 * it begins, has more.
 *
 * What is remembered is bounded over all callers. Beyond a million mails in one period the callers
 * that were silent longest begin anew.
 */
export class CallerRateLimit {
  readonly limit: RateLimit;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #maxTimes: number;
  /** When each mail was submitted, oldest first; the caller that was silent longest first. */
  readonly #callers = new Map<string, number[]>();
  #times = 0;

  constructor(limit: RateLimit, clock: Pick<Clock, 'monotonicMs'>, maxTimes = MAX_TIMES) {
    this.limit = limit;
    this.#clock = clock;
    this.#maxTimes = maxTimes;
  }

  /** How many times of mails are remembered. */
  get remembered(): number {
    return this.#times;
  }

  /** Milliseconds until the caller may submit a mail; 0 if it may now. */
  waitMs(caller: string): number {
    const now = this.#clock.monotonicMs();
    const times = this.#callers.get(caller) ?? [];
    this.#forgetUntil(times, now - this.limit.periodMs);
    const [oldest] = times;
    const isFull = oldest !== undefined && times.length >= this.limit.messages;
    return isFull ? oldest + this.limit.periodMs - now : 0;
  }

  take(caller: string): Taking {
    const waitMs = this.waitMs(caller);
    if (waitMs > 0) return { kind: 'refused', waitMs };
    const now = this.#clock.monotonicMs();
    this.#forgetSilent(now);
    const times = this.#callers.get(caller) ?? [];
    times.push(now);
    this.#times += 1;
    this.#callers.delete(caller);
    this.#callers.set(caller, times);
    return { kind: 'taken', giveBack: () => this.#giveBack(caller, now) };
  }

  #giveBack(caller: string, time: number): void {
    const times = this.#callers.get(caller) ?? [];
    const index = times.lastIndexOf(time);
    if (index < 0) return;
    times.splice(index, 1);
    this.#times -= 1;
    if (times.length === 0) this.#callers.delete(caller);
  }

  #forgetUntil(times: number[], end: number): void {
    const kept = times.findIndex((time) => time > end);
    const forgotten = kept < 0 ? times.length : kept;
    times.splice(0, forgotten);
    this.#times -= forgotten;
  }

  /** The first of the map are those whose last mail is the longest ago. */
  #forgetSilent(now: number): void {
    for (const [caller, times] of this.#callers) {
      const last = times.at(-1);
      const isOver = last === undefined || last <= now - this.limit.periodMs;
      if (!isOver && this.#times < this.#maxTimes) return;
      this.#times -= times.length;
      this.#callers.delete(caller);
    }
  }
}
