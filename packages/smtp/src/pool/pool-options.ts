import type { SmtpSession } from '../session.ts';
import type { PoolClock } from './resting-sessions.ts';

export interface SessionPoolOptions {
  /** Opens a session; the signal aborts when the pool is closed. */
  readonly open: (signal: AbortSignal) => Promise<SmtpSession>;
  /** How many sessions there may be at once, those being opened or ended among them. */
  readonly maxConnections: number;
  /** After how many messages a session is replaced; 100 by default. */
  readonly maxMessages?: number;
  /** After how long without a message a session is ended. */
  readonly idleTimeoutMs: number;
  readonly clock: PoolClock;
}
