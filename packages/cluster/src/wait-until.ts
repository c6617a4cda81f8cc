import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 100;

export interface WaitOptions {
  /** What is awaited, for the message of the error after `timeoutMs`. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Repeats `problem` until it finds none.
 *
 * Rejects with the last problem after `timeoutMs`, and with the reason of `signal` when aborted.
 */
export async function waitUntil(
  problem: () => Promise<string | undefined>,
  { what, timeoutMs, signal }: WaitOptions,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const found = await problem();
    if (found === undefined) return;
    if (performance.now() > deadline) {
      throw new Error(`${what} not reached within ${timeoutMs / 1000} s: ${found}`);
    }
    await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}
