import type { Clock } from '@mailprovider/process';

/** What was decided, and how long it may be answered again without asking. */
export interface Decision<T> {
  readonly value: T;
  /** Grants and denials have room of their own, so that nobody displaces a grant by being denied. */
  readonly granted: boolean;
  /** Milliseconds; 0 or less for a decision that is not kept. */
  readonly keepMs: number;
}

interface Kept<T> {
  readonly value: T;
  readonly untilMs: number;
}

/** At most so many decisions, of which the oldest makes room. */
class Room<T> {
  readonly #size: number;
  readonly #kept = new Map<string, Kept<T>>();

  constructor(size: number) {
    this.#size = size;
  }

  find(key: string, nowMs: number): Kept<T> | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || nowMs < kept.untilMs) return kept;
    this.#kept.delete(key);
    return undefined;
  }

  keep(key: string, kept: Kept<T>): void {
    this.#kept.delete(key);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= this.#size) this.#kept.delete(oldest);
    this.#kept.set(key, kept);
  }
}

/** Remembers decisions for a short time; who asks while one is made waits for the same. */
export class DecisionCache<T> {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #grants: Room<T>;
  readonly #denials: Room<T>;
  readonly #underWay = new Map<string, Promise<T>>();

  /** Keeps at most `size` grants and as many denials. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, size: number) {
    this.#clock = clock;
    this.#grants = new Room(size);
    this.#denials = new Room(size);
  }

  /** How many decisions are being made. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** What is known, or is being found out. */
  known(key: string): T | Promise<T> | undefined {
    const now = this.#clock.monotonicMs();
    const kept = this.#grants.find(key, now) ?? this.#denials.find(key, now);
    return kept === undefined ? this.#underWay.get(key) : kept.value;
  }

  /** Decides, unless that is known. */
  async get(key: string, decide: () => Promise<Decision<T>>): Promise<T> {
    const known = this.known(key);
    if (known !== undefined) return known;
    const deciding = this.#decide(key, decide).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, deciding);
    return deciding;
  }

  async #decide(key: string, decide: () => Promise<Decision<T>>): Promise<T> {
    // From here on, as what is decided may be out of date by the time it is known.
    const askedMs = this.#clock.monotonicMs();
    const { value, granted, keepMs } = await decide();
    const untilMs = askedMs + keepMs;
    if (keepMs > 0) (granted ? this.#grants : this.#denials).keep(key, { value, untilMs });
    return value;
  }
}
