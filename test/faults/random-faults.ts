import { faultKinds } from './fault-kinds.ts';
import type { Fault, FaultSource, RequestKind } from './fault-proxy.ts';
import { seededRandom } from './seeded-random.ts';

/** Which share of the requests gets a fault: every watch, since it runs well before most of them. */
const SHARES: Readonly<Record<RequestKind, number>> = {
  list: 0.3,
  watch: 1,
  'status-write': 0.3,
  other: 0.1,
};

/** A number of faults, drawn by a seed; none before `begin()` and none once all were injected. */
export class RandomFaults {
  readonly total: number;
  readonly #random: () => number;
  readonly #kinds: ReturnType<typeof faultKinds>;
  readonly #counts = new Map<string, number>();
  #left = 0;

  constructor(seed: number, total: number) {
    this.total = total;
    this.#random = seededRandom(seed);
    this.#kinds = faultKinds(this.#random);
  }

  begin(): void {
    this.#left = this.total;
  }

  get left(): number {
    return this.#left;
  }

  /** How many of each kind there were, by kind of request and fault. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => a.localeCompare(b)));
  }

  readonly source: FaultSource = (kind) => {
    if (this.#left === 0 || this.#random() >= SHARES[kind]) return undefined;
    const kinds = this.#kinds[kind];
    const fault: Fault | undefined = kinds[Math.floor(this.#random() * kinds.length)];
    if (fault === undefined) return undefined;
    this.#left -= 1;
    const name = `${kind}: ${fault.name}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    return fault;
  };
}
