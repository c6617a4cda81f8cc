import type { MailRecord } from '../mail/mail-record.ts';
import type { RetrySettings } from '../settings.ts';

/** Of `spec.retry`. */
export interface FastRetries {
  readonly count: number;
  readonly initialBackoffMs: number;
}

/** What `spec.retry` has where a provider is not there to say. */
export const DEFAULT_FAST_RETRIES: FastRetries = { count: 3, initialBackoffMs: 100 };

/** The greatest pause between fast retries: the greatest `initialBackoffMs` there is. */
const FAST_MAX_MS = 60_000;

/** Doubles with each step, and is random from half of that to all of it, so that mails deferred together come apart. */
export function backoffMs(
  { initialMs, maxMs }: { readonly initialMs: number; readonly maxMs: number },
  step: number,
  random: number,
): number {
  const ceiling = Math.min(maxMs, initialMs * 2 ** step);
  return Math.round((ceiling / 2) * (1 + random));
}

/** The longest pause there is between two attempts, in milliseconds. */
export function longestPauseMs({ slow, slowMaxMs }: RetrySettings): number {
  return slow ? Math.max(FAST_MAX_MS, slowMaxMs) : FAST_MAX_MS;
}

/**
 * When a mail is to be tried again after as many attempts as it has, or nothing if it is given up.
 *
 * First the fast retries of the provider, which bridge a connection that broke; then, unless they
 * are off, slow ones until the mail is too old.
 */
export function nextAttemptAt(
  { attempts, queuedAt }: Pick<MailRecord, 'attempts' | 'queuedAt'>,
  { count, initialBackoffMs }: FastRetries,
  { slow, slowInitialMs, slowMaxMs, maxAgeMs }: RetrySettings,
  { now, random }: { readonly now: number; readonly random: number },
): number | undefined {
  const isFast = attempts <= count;
  if (!isFast && !slow) return undefined;
  const pause = isFast
    ? backoffMs({ initialMs: initialBackoffMs, maxMs: FAST_MAX_MS }, attempts - 1, random)
    : backoffMs({ initialMs: slowInitialMs, maxMs: slowMaxMs }, attempts - count - 1, random);
  const dueAt = now + pause;
  return dueAt - queuedAt > maxAgeMs ? undefined : dueAt;
}
