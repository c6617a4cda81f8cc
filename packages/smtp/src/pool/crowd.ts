/** After so long a server that took no more sessions is asked for one more again. */
const CROWDED_MS = 60_000;

/** How many sessions a server allows, as far as it has shown. */
export class Crowd {
  readonly #monotonicMs: () => number;
  #limit = Number.POSITIVE_INFINITY;
  #untilMs = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Infinite while nothing speaks against more. */
  get limit(): number {
    return this.#monotonicMs() < this.#untilMs ? this.#limit : Number.POSITIVE_INFINITY;
  }

  /** The server took no session beside so many. */
  noticed(sessions: number): void {
    this.#limit = sessions;
    this.#untilMs = this.#monotonicMs() + CROWDED_MS;
  }
}
