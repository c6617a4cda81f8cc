import { StoreError } from './mail-store.ts';

/** Resolves when what `write` wrote is durable; rejects with `StoreError` when nothing of it is. */
export type Transact = (write: () => void) => Promise<void>;

export interface CommitOptions {
  /** Whether the change adds a mail: without room the others are tried again without it. */
  readonly adds?: boolean;
}

interface Change {
  readonly adds: boolean;
  readonly apply: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Changes of one transaction. They are applied on the event loop: 200 inserts of 1.4 KB hold it for
 * about 5 ms.
 */
const MAX_CHANGES = 200;

/**
 * Commits changes in the order they came, and those that came during a commit together in the
 * next: a hundred callers share one sync of the disk.
 */
export class CommitQueue {
  readonly #transact: Transact;
  #waiting: Change[] = [];
  #committing: Promise<void> | undefined;

  constructor(transact: Transact) {
    this.#transact = transact;
  }

  /**
   * Resolves with what `apply` returned once its transaction is durable. If `apply` throws, its
   * change rejects alone. A commit that fails rejects all its changes with `StoreError`.
   */
  commit<T>(apply: () => T, { adds = false }: CommitOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let returned: () => void;
      this.#waiting.push({
        adds,
        apply: () => {
          const value = apply();
          returned = () => resolve(value);
        },
        resolve: () => returned(),
        reject,
      });
      this.#committing ??= this.#commitAll();
    });
  }

  /** Resolves when nothing waits for a commit any more. */
  async idle(): Promise<void> {
    await this.#committing;
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const changes = this.#waiting.splice(0, MAX_CHANGES);
      const again = await this.#commitSome(changes);
      this.#waiting = [...again, ...this.#waiting];
    }
    this.#committing = undefined;
  }

  /** Settles changes, and returns those that are to be tried again without the ones that failed. */
  async #commitSome(changes: readonly Change[]): Promise<readonly Change[]> {
    let applying: Change | undefined;
    try {
      await this.#transact(() => {
        for (const change of changes) {
          applying = change;
          change.apply();
        }
        applying = undefined;
      });
    } catch (error) {
      const failed = failedChanges(changes, error, applying);
      for (const { reject } of failed) reject(error);
      return changes.filter((change) => !failed.includes(change));
    }
    for (const { resolve } of changes) resolve();
    return [];
  }
}

/** Whose failure it is: of the change that was being applied, of those that need room, or of all. */
function failedChanges(
  changes: readonly Change[],
  error: unknown,
  applying: Change | undefined,
): readonly Change[] {
  if (applying) return [applying];
  const full = error instanceof StoreError && error.fault === 'StoreFull';
  const adding = full ? changes.filter(({ adds }) => adds) : [];
  return adding.length > 0 ? adding : changes;
}
