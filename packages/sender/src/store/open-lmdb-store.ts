import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '@mailprovider/process';
import { open, type RootDatabase, type RootDatabaseOptions } from 'lmdb';
import { checkDataFile } from './data-file.ts';
import { lockFolder } from './folder-lock.ts';
import { LmdbMailStore } from './lmdb-mail-store.ts';
import type { StoreLogger } from './log-store-failure.ts';
import { DEFAULT_RETENTION, type Retention } from './mail-store.ts';
import { Room } from './room.ts';
import { storeFailure, storeFault } from './store-failure.ts';
import {
  allocateReaderTable,
  claimFolder,
  DATA_FILE,
  finishStore,
  hasStore,
  tryBeginning,
  UNFINISHED_FILE,
} from './store-folder.ts';
import { openTables } from './tables.ts';
import { Transactions } from './transactions.ts';

export interface LmdbStoreOptions {
  /**
   * What the data file may grow to; without it the disk is the limit. Mails are refused 16 MiB before
   * either limit, so it has to be well above that.
   */
  readonly maxBytes?: number;
  /** Default: that of `DEFAULT_RETENTION`. */
  readonly retention?: Retention;
  /** Default: that of the system. */
  readonly clock?: Clock;
  readonly logger?: StoreLogger;
}

const SCHEMA_KEY = 'mail-store-schema';
const SCHEMA_VERSION = 1;

const LMDB_OPTIONS = {
  encoding: 'json',
  // The default on Linux shows a commit to readers, and may resolve it, before it was synced.
  overlappingSync: false,
  // Batching leaves a promise behind that nobody handles, and ends the process when a commit fails.
  eventTurnBatching: false,
  // Address space, not memory: a map that has to grow leaves the smaller ones behind.
  mapSize: 2 ** 36,
} as const satisfies RootDatabaseOptions;

/** An option that LMDB's types do not know. Contents are nobody else's business. */
const PERMISSIONS = { permissionsMode: 0o600 };

/**
 * Opens the store of a folder, or creates both; the parent of the folder has to be there. Rejects
 * with `StoreError`, and leaves what it cannot read as it is.
 */
export async function openLmdbStore(
  folder: string,
  options: LmdbStoreOptions = {},
): Promise<LmdbMailStore> {
  try {
    await claimFolder(folder);
    const lock = await lockFolder(folder);
    try {
      if (!(await hasStore(folder))) await createStore(folder);
      return await openStore(folder, options, () => lock.close());
    } catch (error) {
      await lock.close();
      throw error;
    }
  } catch (error) {
    throw storeFailure(folder, error);
  }
}

async function createStore(folder: string): Promise<void> {
  await tryBeginning(folder);
  await allocateReaderTable(folder, UNFINISHED_FILE);
  const root = openRoot(join(folder, UNFINISHED_FILE));
  try {
    openTables(root);
    await new Transactions(folder, root).run(() => root.putSync(SCHEMA_KEY, SCHEMA_VERSION));
  } finally {
    await root.close();
  }
  await finishStore(folder);
}

async function openStore(
  folder: string,
  {
    maxBytes = Number.POSITIVE_INFINITY,
    retention = DEFAULT_RETENTION,
    clock = systemClock,
    logger,
  }: LmdbStoreOptions,
  unlock: () => Promise<void>,
): Promise<LmdbMailStore> {
  const path = join(folder, DATA_FILE);
  const bytes = await checkDataFile(folder, path);
  await allocateReaderTable(folder, DATA_FILE);
  const root = openRoot(path);
  try {
    checkSchema(folder, root);
    const tables = openTables(root);
    const room = new Room(folder, root, Object.values(tables), maxBytes);
    if (room.usedBytes() > bytes) throw storeFault('StoreCorrupt', folder, `${path} was cut off`);
    const transactions = new Transactions(folder, root);
    const keep = { retention, clock, logger };
    return new LmdbMailStore({ folder, root, tables, room, transactions, keep, unlock });
  } catch (error) {
    await root.close();
    await truncate(path, bytes);
    throw error;
  }
}

function openRoot(path: string): RootDatabase<unknown, string> {
  return open(path, { ...LMDB_OPTIONS, ...PERMISSIONS });
}

function checkSchema(folder: string, root: RootDatabase<unknown, string>): void {
  const version = root.get(SCHEMA_KEY);
  if (version === undefined) throw storeFault('StoreForeign', folder, `${DATA_FILE} has no mails`);
  if (version !== SCHEMA_VERSION) {
    throw storeFault('StoreVersionUnknown', folder, `version ${JSON.stringify(version)}`);
  }
}
