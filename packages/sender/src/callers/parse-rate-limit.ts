import { durationMs } from '@mailprovider/process';
import { InvalidArgumentError } from 'commander';
import type { RateLimit } from './rate-limit.ts';

/** So that one caller is not all that is remembered. */
const MAX_MESSAGES = 100_000;

/** Reads `<messages>/<duration>`, such as `100/1m`. */
export function parseRateLimit(text: string): RateLimit {
  const [count = '', duration = '', ...more] = text.split('/');
  const messages = /^\d{1,6}$/.test(count) ? Number(count) : 0;
  const periodMs = durationMs(duration) ?? 0;
  if (messages < 1 || messages > MAX_MESSAGES || periodMs <= 0 || more.length > 0) {
    throw new InvalidArgumentError(
      `must be mails (1 to ${MAX_MESSAGES}), a slash and a duration, such as 100/1m`,
    );
  }
  return { messages, periodMs };
}
