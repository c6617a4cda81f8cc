import type { Clock, Logger } from '@mailprovider/process';
import type { SenderSettings } from '../settings.ts';
import { logStoreFailure } from '../store/log-store-failure.ts';
import type { MailStore } from '../store/mail-store.ts';

/** Retention is counted in hours; a record more or less of a few minutes does no harm. */
const INTERVAL_MS = 60_000;

/** Removes mails that ended long enough ago, now and every minute; returns how to stop, which waits for a removal under way. */
export function startRetention(deps: {
  readonly store: MailStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Pick<SenderSettings, 'sentRetentionMs' | 'deadLetterRetentionMs'>;
}): () => Promise<void> {
  const { store, clock, logger, settings } = deps;
  let stopped = false;
  let cancel = () => {};
  let underWay = run();

  async function run(): Promise<void> {
    const now = clock.now().getTime();
    try {
      await store.expire('sent', now - settings.sentRetentionMs);
      await store.expire('cancelled', now - settings.sentRetentionMs);
      const expired = await store.expire('dead', now - settings.deadLetterRetentionMs);
      if (expired > 0) logger.warn({ mails: expired }, 'mailprovider sender dead letters expired');
    } catch (error) {
      logStoreFailure(logger, error);
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
