import type { RootDatabase } from 'lmdb';
import type { StoreError } from './mail-store.ts';
import { diskRoom } from './room.ts';
import { storeFailure, storeFault } from './store-failure.ts';

/** A disk with less room than this is full: a write that is cut short takes what there was. */
const FULL_DISK_BYTES = 2 ** 20;

/**
 * Runs the write transactions of an LMDB environment, one at a time, and tells their failures as
 * `StoreError`.
 *
 * After a commit that failed for lack of room the next may succeed. After any other failure of a
 * commit there is no next: what the disk kept is unknown, and an environment whose header could not
 * be written never answers another transaction.
 */
export class Transactions {
  readonly #folder: string;
  readonly #root: RootDatabase;
  #failed = false;

  constructor(folder: string, root: RootDatabase) {
    this.#folder = folder;
    this.#root = root;
  }

  /** Whether there is no next transaction. */
  get failed(): boolean {
    return this.#failed;
  }

  /**
   * Resolves when what `write` wrote is durable; rejects with `StoreError` when nothing of it is,
   * also if `write` throws: it runs in a child transaction, which can be undone. (That child is
   * begun here since LMDB's own way to run one ends the process when the child cannot be committed.)
   */
  async run(write: () => void): Promise<void> {
    if (this.#failed) {
      throw storeFault('StoreUnavailable', this.#folder, 'a write failed before');
    }
    try {
      await this.#root.transaction(() => this.#root.childTransaction(write));
    } catch (error) {
      const commitError = error instanceof Error && 'commitError' in error && error.commitError;
      if (!(commitError instanceof Promise)) throw storeFailure(this.#folder, error);
      throw this.#judge(await commitError.catch((cause: unknown) => cause));
    }
  }

  #judge(cause: unknown): StoreError {
    const failure = this.#wasCutShort(cause)
      ? storeFault('StoreFull', this.#folder)
      : storeFailure(this.#folder, cause);
    this.#failed = failure.fault !== 'StoreFull' || !this.#takesTransactions();
    return failure;
  }

  /** A write that the disk took only a part of, since it was full: LMDB makes an EIO of it. */
  #wasCutShort(cause: unknown): boolean {
    const failed = cause instanceof Error && 'code' in cause && cause.code === 5;
    return failed && diskRoom(this.#folder) < FULL_DISK_BYTES;
  }

  #takesTransactions(): boolean {
    try {
      this.#root.transactionSync(() => {});
      return true;
    } catch {
      return false;
    }
  }
}
