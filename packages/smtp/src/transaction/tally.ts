import type { RecipientResult } from './transaction.ts';

/** What is known of each recipient so far; the first result stays. */
export class Tally {
  readonly #results: (RecipientResult | undefined)[];
  #open: number;

  constructor(results: readonly (RecipientResult | undefined)[]) {
    this.#results = [...results];
    this.#open = results.filter((result) => result === undefined).length;
  }

  /** How many recipients have no result yet. */
  get open(): number {
    return this.#open;
  }

  /** Those of all recipients, once none is open. */
  get results(): readonly RecipientResult[] {
    return this.#results.filter((result) => result !== undefined);
  }

  settle(recipient: number, result: RecipientResult): void {
    if (this.#results[recipient] !== undefined) return;
    this.#results[recipient] = result;
    this.#open--;
  }

  /** Gives every recipient without one this result. */
  settleRest(result: RecipientResult): void {
    for (const recipient of this.#results.keys()) this.settle(recipient, result);
  }
}
