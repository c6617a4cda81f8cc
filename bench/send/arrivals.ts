import { commonNowMs } from '../measure/common-clock.ts';
import { percentile } from '../measure/percentile.ts';
import { submittedAt } from './message.ts';

/** How long mails took from their submission, in ms; NaN of none that tells. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Waiting {
  readonly total: number;
  readonly resolve: (at: number) => void;
}

/** The mails that a sink took. */
export class Arrivals {
  #total = 0;
  #latencies: number[] = [];
  #waiting: Waiting | undefined;

  get total(): number {
    return this.#total;
  }

  add(message: Buffer): void {
    const submitted = submittedAt(message);
    if (!Number.isNaN(submitted)) this.#latencies.push(commonNowMs() - submitted);
    this.count(this.#total + 1);
  }

  /** Says how many there were until now. */
  count(total: number): void {
    this.#total = total;
    if (this.#waiting === undefined || total < this.#waiting.total) return;
    this.#waiting.resolve(commonNowMs());
    this.#waiting = undefined;
  }

  /** Resolves, when that many came, with the time by the common clock. One call at a time. */
  whenTotal(total: number): Promise<number> {
    if (this.#total >= total) return Promise.resolve(commonNowMs());
    return new Promise((resolve) => {
      this.#waiting = { total, resolve };
    });
  }

  /** Of the mails since the last call. */
  takeLatencies(): Latencies {
    const latencies = this.#latencies;
    this.#latencies = [];
    return { p50Ms: percentile(latencies, 50), p99Ms: percentile(latencies, 99) };
  }
}
