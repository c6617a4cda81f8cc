/** Time, so that tests decide what it is. */
export interface Clock {
  now(): Date;
  /** Milliseconds that only move forward, for durations. */
  monotonicMs(): number;
  /** Calls back once after `delayMs` unless the returned function was called before. */
  schedule(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
