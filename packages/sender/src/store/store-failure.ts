import { StoreError, type StoreFault } from './mail-store.ts';

const ADVICE: Record<StoreFault, string> = {
  StoreFull: 'has no room; make the disk larger, or raise the limit of the store',
  StoreInUse: 'is in use; stop the process that has it open, or use another folder',
  StoreForeign: 'is no folder of mails, and was left as it is; use an empty one',
  StoreCorrupt:
    'holds a damaged store, and was left as it is; restore it, or move it away to begin anew',
  StoreVersionUnknown:
    'holds a store of another version, and was left as it is; use the program that wrote it',
  StoreUnavailable: 'cannot be used; check the disk and restart',
};

interface Cause {
  /** Of LMDB (below -30700), of the system, and of Node.js. */
  readonly codes: readonly unknown[];
  readonly fault: StoreFault;
  readonly advice?: string;
}

const CAUSES: readonly Cause[] = [
  // MDB_MAP_FULL, ENOSPC, EFBIG, EDQUOT
  { codes: [-30_792, 28, 27, 122, 'ENOSPC', 'EFBIG', 'EDQUOT'], fault: 'StoreFull' },
  // MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_INVALID
  { codes: [-30_797, -30_796, -30_793], fault: 'StoreCorrupt' },
  // ENOTDIR
  { codes: ['ENOTDIR'], fault: 'StoreForeign' },
  {
    codes: [2, 'ENOENT'],
    fault: 'StoreUnavailable',
    advice: 'cannot be used; create the folder it is to be in',
  },
  // EPERM, EACCES, EROFS
  {
    codes: [1, 13, 30, 'EPERM', 'EACCES', 'EROFS'],
    fault: 'StoreUnavailable',
    advice: 'cannot be used; let the program read and write it',
  },
];

/** A fault of a folder, with what to do and, where it tells more, what exactly is wrong. */
export function storeFault(fault: StoreFault, folder: string, detail?: string): StoreError {
  return new StoreError(fault, told(folder, ADVICE[fault], detail));
}

/** What a failure of LMDB or of the file system means for the store. */
export function storeFailure(folder: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { fault, advice = ADVICE[fault] } = causeOf(error);
  const detail = fault !== 'StoreFull' && error instanceof Error ? error.message : undefined;
  return new StoreError(fault, told(folder, advice, detail), { cause: error });
}

function causeOf(error: unknown): Omit<Cause, 'codes'> {
  // A record that is no JSON was not written by the store.
  if (error instanceof SyntaxError) return { fault: 'StoreCorrupt' };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return CAUSES.find(({ codes }) => codes.includes(code)) ?? { fault: 'StoreUnavailable' };
}

function told(folder: string, advice: string, detail: string | undefined): string {
  return detail === undefined ? `${folder} ${advice}` : `${folder} ${advice} (${detail})`;
}
