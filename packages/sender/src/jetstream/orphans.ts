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

export interface OrphansDeps {
  readonly contents: Contents;
  readonly records: Records;
  readonly queued: QueuedMessages;
  /** Addresses, without credentials. */
  readonly servers: string;
  readonly logger: Logger;
}

/**
 * Removes contents that a sender left behind which ended before it queued their mail, now and every six
 * hours; returns how to stop, which waits for a removal under way.
 */
export function sweepOrphans(deps: OrphansDeps): () => Promise<void> {
  const stop = new AbortController();
  let underWay = sweep(deps, stop.signal);
  const timer = setInterval(() => {
    underWay = sweep(deps, stop.signal);
  }, INTERVAL_MS);
  return async () => {
    stop.abort();
    clearInterval(timer);
    await underWay;
  };
}

async function sweep(deps: OrphansDeps, signal: AbortSignal): Promise<void> {
  try {
    for (const id of await deps.contents.ids()) {
      if (signal.aborted) return;
      if (await isOrphan(deps, id)) await deps.contents.purge(id);
    }
  } catch (error) {
    if (!signal.aborted) logStoreFailure(deps.logger, storeFailure(deps.servers, error));
  }
}

async function isOrphan({ records, queued }: OrphansDeps, id: string): Promise<boolean> {
  const isOld = isMailId(id) && acceptedAtOf(id) < Date.now() - INSERTION_MS;
  if (!isOld || (await records.has(id)) || (await queued.has(id))) return false;
  // A mail that went to another stream while those were read has a record since.
  return !(await records.has(id));
}
