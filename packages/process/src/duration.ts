import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
};
const PART = /(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|μs|ns)/y;
/** `2562047h47m16.854775807s`, the longest there is, has 24 characters. */
const LONGEST = 64;

/**
 * Reads a duration as Go writes it (`5s`, `1m0s`, `500ms`) and returns milliseconds; `undefined` if
 * it is none. A sign is not taken: nothing here waits for a negative time.
 */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > LONGEST) return undefined;
  let total = 0;
  let end = 0;
  PART.lastIndex = 0;
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    total += Number(part[1]) * (UNIT_MS[part[2] ?? ''] ?? 0);
    end = PART.lastIndex;
  }
  return end > 0 && end === text.length ? total : undefined;
}

/** With 10 % of jitter 1.9e9 ms; a timer of Node fires at once beyond 2^31 - 1. */
const LONGEST_FLAG_MS = 480 * 3_600_000;

/** Reads the duration of a flag, such as `3s`, as milliseconds; 480 h at most. */
export function parseDuration(text: string): number {
  const milliseconds = durationMs(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('must be a duration such as 500ms, 3s or 1m30s');
  }
  if (milliseconds > LONGEST_FLAG_MS) throw new InvalidArgumentError('must be 480h or less');
  return milliseconds;
}
