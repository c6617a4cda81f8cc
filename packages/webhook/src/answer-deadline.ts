import { durationMs } from '@mailprovider/process/duration';

/** What the API server waits where a registration sets no `timeoutSeconds`. */
const DEFAULT_LIMIT_MS = 10_000;
/** The longest `timeoutSeconds` there is. */
const LONGEST_LIMIT_MS = 30_000;
/** Its clock started before the review was sent, and the answer has its way to go. */
const HEAD_START_MS = 500;
const TIMEOUT_PARAMETER = /(?:^|&)timeout=([^&]*)/;

/** How long an answer may take, of a query such as `timeout=5s`: a tenth or 500 ms less than that. */
export function answerWithinMs(query: string): number {
  const [, text = ''] = TIMEOUT_PARAMETER.exec(query) ?? [];
  const limit = Math.min(durationMs(text) || DEFAULT_LIMIT_MS, LONGEST_LIMIT_MS);
  return limit - Math.min(limit / 10, HEAD_START_MS);
}

/** Until when a verdict is of use. */
export interface Deadline {
  /** Aborts at the deadline. Made when first asked for: most verdicts wait for nothing. */
  readonly signal: AbortSignal;
}

class LazyDeadline implements Deadline {
  #controller: AbortController | undefined;
  #passed = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#passed) this.#abort();
    return this.#controller.signal;
  }

  pass(): void {
    this.#passed = true;
    this.#abort();
  }

  #abort(): void {
    this.#controller?.abort(new DOMException('the API server waits no longer', 'TimeoutError'));
  }
}

/**
 * Resolves as the work does, or with `tooLate()` after `milliseconds`, whatever the work does then.
 *
 * Costs a timer and no more while nobody asks for the signal, a tenth of `withDeadline`.
 */
export function answerWithin<T>(
  milliseconds: number,
  work: (deadline: Deadline) => Promise<T>,
  tooLate: () => T,
): Promise<T> {
  const deadline = new LazyDeadline();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve(tooLate());
      deadline.pass();
    }, milliseconds);
    work(deadline).then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
