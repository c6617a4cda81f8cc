import type { CheckResult } from './check-result.ts';

export interface Intervals {
  readonly healthyMs: number;
  readonly unhealthyMs: number;
}

/** The seed's frequency: every 5 minutes while healthy, every 30 seconds while not. */
export const DEFAULT_INTERVALS: Intervals = { healthyMs: 300_000, unhealthyMs: 30_000 };

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
