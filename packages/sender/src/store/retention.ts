import type { Clock } from '@mailprovider/process';
import type { MailState } from '../mail/mail-record.ts';
import { logStoreFailure, type StoreLogger } from './log-store-failure.ts';
import type { Retention } from './mail-store.ts';

/** Retention is counted in hours; a record more or less of a few minutes does no harm. */
const INTERVAL_MS = 60_000;

export interface RetentionDeps {
  /** Removes mails of a state that ended before a time; returns how many. */
  expire(state: Exclude<MailState, 'queued'>, endedBefore: number): Promise<number>;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly logger: StoreLogger | undefined;
}

/** Removes mails that ended long enough ago, now and every minute; returns how to stop, which waits for a removal under way. */
export function startRetention(deps: RetentionDeps): () => Promise<void> {
  const { retention, clock, logger } = deps;
  let stopped = false;
  let cancel = () => {};
  let underWay = run();

  async function run(): Promise<void> {
    const now = clock.now().getTime();
    try {
      await deps.expire('sent', now - retention.sentRetentionMs);
      await deps.expire('cancelled', now - retention.sentRetentionMs);
      const expired = await deps.expire('dead', now - retention.deadLetterRetentionMs);
      if (expired > 0) logger?.warn({ mails: expired }, 'mailprovider sender dead letters expired');
    } catch (error) {
      if (logger !== undefined) logStoreFailure(logger, error);
    }
    if (stopped) return;
    cancel = clock.schedule(INTERVAL_MS, () => {
      underWay = run();
    });
  }

  return async () => {
    stopped = true;
    cancel();
    await underWay;
  };
}
