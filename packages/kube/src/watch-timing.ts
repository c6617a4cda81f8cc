/** The times of a list and watch, in milliseconds. */
export interface WatchTiming {
  /**
   * A new list comes after so long, 10 % either way, whatever the watch tells: what it lost comes
   * right then. Nothing else here takes longer.
   */
  readonly syncPeriodMs: number;
  /** A watch that tells nothing for so long is dead. */
  readonly silenceMs: number;
  /** A list that has not come whole by then has failed. */
  readonly listTimeoutMs: number;
  /** Pause after a failure; doubles with each one until the watch tells something. */
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

/**
 * Where nothing else is said. Bookmarks come every minute, so that 90 s without one are too long; the
 * back-off is that of client-go's reflector.
 */
export const DEFAULT_WATCH_TIMING: WatchTiming = {
  syncPeriodMs: 600_000,
  silenceMs: 90_000,
  listTimeoutMs: 30_000,
  backoffMinMs: 800,
  backoffMaxMs: 30_000,
};

/** Share by which the sync period differs from list to list, so that replicas drift apart. */
const SYNC_JITTER = 0.1;

/** The times in use: those given, else the defaults, and none longer than the sync period. */
export function watchTiming(given: Partial<WatchTiming> = {}): WatchTiming {
  const timing = { ...DEFAULT_WATCH_TIMING, ...given };
  const { syncPeriodMs } = timing;
  const limited = (ms: number) => Math.min(ms, syncPeriodMs);
  return {
    syncPeriodMs,
    silenceMs: limited(timing.silenceMs),
    listTimeoutMs: limited(timing.listTimeoutMs),
    backoffMinMs: limited(timing.backoffMinMs),
    backoffMaxMs: limited(timing.backoffMaxMs),
  };
}

/** The time from one list to the next; `random` is from [0, 1). */
export function syncDelayMs({ syncPeriodMs }: WatchTiming, random: number): number {
  return syncPeriodMs * (1 - SYNC_JITTER + 2 * SYNC_JITTER * random);
}

/** The pause after so many failures in a row, the first of which is 1; `random` is from [0, 1). */
export function backoffMs(
  { backoffMinMs, backoffMaxMs }: WatchTiming,
  failures: number,
  random: number,
): number {
  const ceiling = Math.min(backoffMaxMs, backoffMinMs * 2 ** (failures - 1));
  return ceiling * (0.5 + random / 2);
}
