import { StoreError, type StoreFault } from './mail-store.ts';

/** Codes of errors that mean that there is no room, of LMDB (`MDB_*`) and of the system. */
const NO_ROOM: readonly unknown[] = [
  -30792, // MDB_MAP_FULL
  28, // ENOSPC
  122, // EDQUOT
  27, // EFBIG
  'ENOSPC',
  'EDQUOT',
];

const DAMAGED: readonly unknown[] = [
  -30797, // MDB_PAGE_NOTFOUND
  -30796, // MDB_CORRUPTED
  -30793, // MDB_INVALID
];

const ADVICE: Record<StoreFault, string> = {
  StoreFull: 'has no room; make the disk larger, or raise the limit of the store',
  StoreInUse: 'is in use; stop the other process, or use another folder',
  StoreForeign: 'holds something else and was left as it is; use an empty folder',
  StoreCorrupt:
    'holds a damaged store and was left as it is; put it back from a backup, or move it away to begin with an empty one',
  StoreVersionUnknown:
    'holds a store of another version and was left as it is; use the version of the program that wrote it',
  StoreUnavailable: 'cannot be used',
};

/** A fault of a folder, with what to do and, where it tells more, what exactly is wrong. */
export function storeFault(
  fault: StoreFault,
  folder: string,
  detail?: string,
  options?: ErrorOptions,
): StoreError {
  const told = detail === undefined ? '' : ` (${detail})`;
  return new StoreError(fault, `${folder} ${ADVICE[fault]}${told}`, options);
}

/** What a failure of LMDB or of the file system means for the store. */
export function storeFailure(folder: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const fault = faultOf(error);
  const told = fault !== 'StoreFull' && error instanceof Error ? error.message : undefined;
  return storeFault(fault, folder, told, { cause: error });
}

function faultOf(error: unknown): StoreFault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (NO_ROOM.includes(code)) return 'StoreFull';
  if (DAMAGED.includes(code) || error instanceof SyntaxError) return 'StoreCorrupt';
  return 'StoreUnavailable';
}
