import { isDeepStrictEqual } from 'node:util';
import type { Lease } from './leases.ts';

/** A Lease as it was last read, and for how long we have seen it like that. */
export class ObservedLease {
  readonly #monotonicMs: () => number;
  #seen: { readonly spec: Lease['spec'] | undefined; readonly sinceMs: number } | undefined;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  get holder(): string | undefined {
    return this.#seen?.spec?.holderIdentity || undefined;
  }

  /** Takes in what was just read. Labels and annotations are no sign of life of the holder. */
  read(lease: Lease | undefined): void {
    if (this.#seen !== undefined && isDeepStrictEqual(this.#seen.spec, lease?.spec)) return;
    this.#seen = { spec: lease?.spec, sinceMs: this.#monotonicMs() };
  }

  /** Whether the holder has not renewed for as long as it promised to. */
  hasRunOut(defaultDurationMs: number): boolean {
    if (this.#seen === undefined) return false;
    const { spec, sinceMs } = this.#seen;
    // The holder's own promise counts: it may run with other settings than we do.
    const durationMs = (spec?.leaseDurationSeconds ?? 0) * 1000 || defaultDurationMs;
    return this.#monotonicMs() - sinceMs >= durationMs;
  }
}
