import type { CheckResult } from './check/check-result.ts';

export interface Intervals {
  readonly healthyMs: number;
  readonly unhealthyMs: number;
}

/** The seed's frequency: every 5 minutes while healthy, every 30 seconds while not. */
export const DEFAULT_INTERVALS: Intervals = { healthyMs: 300_000, unhealthyMs: 30_000 };

/** The documented limit of one probe. */
export const PROBE_TIMEOUT_MS = 10_000;

/** How many providers are checked at once where nothing else is said. */
export const DEFAULT_CONCURRENCY = 256;

/** After a check that could not be done; doubles with each one. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/** The pause before the next try after `failures` checks in a row that could not be done. */
export function retryDelayMs(failures: number, intervals: Intervals): number {
  const longest = Math.min(LAST_RETRY_MS, intervals.unhealthyMs);
  return Math.min(longest, FIRST_RETRY_MS * 2 ** (failures - 1));
}

/** Checks of providers that began together drift apart by this share of the interval. */
const JITTER = 0.1;

/**
 * The pause before the next check, or nothing where only a change of the object can alter the
 * result. `random` is from [0, 1).
 */
export function nextDelayMs(
  result: CheckResult,
  intervals: Intervals,
  random: number,
): number | undefined {
  if (result.kind === 'invalid' || result.kind === 'disabled') return undefined;
  const healthy = result.kind === 'probed' && result.probe.healthy;
  const interval = healthy ? intervals.healthyMs : intervals.unhealthyMs;
  return interval * (1 - JITTER + 2 * JITTER * random);
}
