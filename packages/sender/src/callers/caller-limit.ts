import type { SenderObserver } from '../observer.ts';
import { type Refused, refused } from '../refusals.ts';
import type { SubmitResult } from '../sender.ts';
import type { CallerRateLimit } from './rate-limit.ts';

/** Where callers are not told apart, all of them are one. */
const ANYBODY = '';

/** Holds callers to their rate, and counts what is refused. */
export class CallerLimit {
  readonly #rates: CallerRateLimit;
  readonly #metrics: Pick<SenderObserver, 'refused'>;

  constructor(rates: CallerRateLimit, metrics: Pick<SenderObserver, 'refused'>) {
    this.#rates = rates;
    this.#metrics = metrics;
  }

  /** The refusal of what would be too much, before it is received. */
  check(caller: string = ANYBODY): Refused | undefined {
    const waitMs = this.#rates.waitMs(caller);
    return waitMs === 0 ? undefined : this.#refuse(waitMs);
  }

  /** Submits within the rate of the caller, of which only new mails are a part. */
  async submit(
    caller: string = ANYBODY,
    submit: () => Promise<SubmitResult>,
  ): Promise<SubmitResult> {
    const taking = this.#rates.take(caller);
    if (taking.kind === 'refused') return this.#refuse(taking.waitMs);
    const result = await submit();
    if (result.kind !== 'accepted' || result.repeated) taking.giveBack();
    return result;
  }

  #refuse(waitMs: number): Refused {
    this.#metrics.refused('CallerRateLimited');
    const { messages, periodMs } = this.#rates.limit;
    const message = `${messages} mails in ${periodMs / 1000} s are the most that a caller may submit; try again later`;
    return refused('CallerRateLimited', message, waitMs / 1000);
  }
}
