import type { Clock } from '@mailprovider/process';

/** Calls back at one moment; another moment takes its place. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** The moment is in milliseconds of the monotonic clock; at infinity it does not ring. */
  set(at: number): void {
    if (this.#set?.at === at) return;
    this.cancel();
    if (at === Number.POSITIVE_INFINITY) return;
    const cancel = this.#clock.schedule(at - this.#clock.monotonicMs(), () => {
      this.#set = undefined;
      this.#ring();
    });
    this.#set = { at, cancel };
  }

  cancel(): void {
    this.#set?.cancel();
    this.#set = undefined;
  }
}
