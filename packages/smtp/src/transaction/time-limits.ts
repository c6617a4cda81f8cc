/** How long each step of a transaction may take, in milliseconds. */
export interface TimeLimits {
  readonly mail: number;
  /** For each recipient. */
  readonly rcpt: number;
  readonly data: number;
  /** For each block of the content to be taken by the network. */
  readonly block: number;
  /** From the final dot to its reply. */
  readonly final: number;
}

const MINUTE_MS = 60_000;

/** The minima of RFC 5321 section 4.5.3.2. */
export const RFC_TIME_LIMITS: TimeLimits = {
  mail: 5 * MINUTE_MS,
  rcpt: 5 * MINUTE_MS,
  data: 2 * MINUTE_MS,
  block: 3 * MINUTE_MS,
  final: 10 * MINUTE_MS,
};
