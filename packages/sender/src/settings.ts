import { RFC_TIME_LIMITS, type TimeLimits } from '@mailprovider/smtp/transaction/time-limits';

/** How long what is tried, and kept; times in milliseconds. */
export interface SenderSettings {
  readonly retry: RetrySettings;
  /** How often a mail whose outcome is uncertain is offered again, at the risk of a second copy. */
  readonly uncertainRetries: number;
  /** Mails that a session delivers at most. */
  readonly maxMessagesPerSession: number;
  /** A session that delivers nothing for so long is ended. */
  readonly idleTimeoutMs: number;
  /** From reading the Secret to the answer to AUTH. */
  readonly openTimeoutMs: number;
  /** For each step of a transaction. */
  readonly timeLimits: TimeLimits;
  /** Senders that share the budgets of a provider, this one included. */
  readonly replicas: number;
  /** How long attempts under way may take to end when the sender is closed. */
  readonly graceMs: number;
}

/** Retries after those of `spec.retry`, which end within a second or two. */
export interface RetrySettings {
  /** Without them a mail is given up after `spec.retry.count` retries. */
  readonly slow: boolean;
  /** The pause before the first slow retry; doubles with each one. */
  readonly slowInitialMs: number;
  readonly slowMaxMs: number;
  /** A mail that is older is given up. */
  readonly maxAgeMs: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const DEFAULT_SETTINGS: SenderSettings = {
  retry: {
    slow: true,
    // Greylisting ends after 5 minutes as a rule: 1 + 2 + 4 minutes are just over it.
    slowInitialMs: MINUTE,
    slowMaxMs: HOUR,
    // A notification of yesterday helps nobody; mail servers keep letters for 5 days.
    maxAgeMs: DAY,
  },
  uncertainRetries: 1,
  // What Exim takes (smtp_accept_max_per_connection); who takes fewer ends the session between two mails.
  maxMessagesPerSession: 1_000,
  // Servers end idle sessions after 5 minutes (RFC 5321 section 4.5.3.2.7).
  idleTimeoutMs: 4 * MINUTE,
  // RFC 5321 section 4.5.3.2.1, the greeting.
  openTimeoutMs: 5 * MINUTE,
  timeLimits: RFC_TIME_LIMITS,
  replicas: 1,
  // Kubernetes kills after 30 s.
  graceMs: 25 * SECOND,
};
