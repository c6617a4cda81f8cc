import type { Logger } from '@mailprovider/process';
import { logStoreFailure } from '../store/log-store-failure.ts';
import type { Contents } from './contents.ts';
import { storeFailure } from './failure.ts';
import { acceptedAtOf, isMailId } from './names.ts';
import type { QueuedMessages } from './queued-messages.ts';
import type { Records } from './records.ts';

/** A mail whose content is older is queued by now, or never will be. */
const INSERTION_MS = 3_600_000;
const INTERVAL_MS = 6 * 3_600_000;

/**
 * Removes contents that a sender left behind which ended before it queued their mail, now and every six
 * hours; returns how to stop, which waits for a removal under way.
 */
export function sweepOrphans(deps: {
  readonly contents: Contents;
  readonly records: Records;
  readonly queued: QueuedMessages;
  readonly servers: string;
  readonly logger: Logger;
}): () => Promise<void> {
  const { contents, records, queued, servers, logger } = deps;
  let isStopped = false;
  let underWay = sweep();
  const timer = setInterval(() => {
    underWay = sweep();
  }, INTERVAL_MS);

  async function sweep(): Promise<void> {
    try {
      for (const id of await contents.ids()) {
        if (isStopped) return;
        if (await isOrphan(id)) await contents.purge(id);
      }
    } catch (error) {
      if (!isStopped) logStoreFailure(logger, storeFailure(servers, error));
    }
  }

  async function isOrphan(id: string): Promise<boolean> {
    const isOld = isMailId(id) && acceptedAtOf(id) < Date.now() - INSERTION_MS;
    return isOld && !(await records.has(id)) && !(await queued.has(id));
  }

  return async () => {
    isStopped = true;
    clearInterval(timer);
    await underWay;
  };
}
