import type { RootDatabase } from 'lmdb';
import type { StoreError } from './mail-store.ts';
import { storeFailure, storeFault } from './store-failure.ts';

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
    const failure = storeFailure(this.#folder, cause);
    this.#failed = failure.fault !== 'StoreFull' || !this.#takesTransactions();
    return failure;
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
