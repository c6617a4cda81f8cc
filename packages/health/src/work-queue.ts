import type { Clock } from '@mailprovider/process';

export interface WorkQueueOptions {
  /** How many keys have a place at once. */
  readonly concurrency: number;
  readonly clock: Clock;
  /**
   * Works on one key; never for the same key twice at once. Must not reject. `leavePlace` lets
   * another key begin before this work has ended.
   */
  work(key: string, leavePlace: () => void): Promise<void>;
}

/** With 1,000 to begin, 3 end their beginning half a second sooner than 1, and hold up nothing for longer. */
const KEYS_PER_TURN = 3;

/**
 * Keys to be worked on, each by one worker at a time.
 *
 * A key is idle, waiting for its time, ready, or running. Adding it makes an idle or waiting key
 * ready; a ready one stays as it is; a running one runs once more afterwards, so that no change is
 * missed and many changes are one run. In one turn of the event loop few keys begin: many that
 * begin together would do their handshakes together, and hold up everything else.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #ready = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #waiting = new Map<string, { readonly due: number; cancel(): void }>();
  readonly #awaitingBegin = new Set<() => void>();
  #placesTaken = 0;
  #nextTurn: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Makes a key ready now. */
  add(key: string): void {
    if (this.#closed) return;
    this.#stopWaiting(key);
    if (this.#running.has(key)) this.#again.add(key);
    else this.#ready.add(key);
    this.#startWork();
  }

  /** Makes a key ready after a while, or sooner if it is to be ready sooner already. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed || this.#ready.has(key) || this.#again.has(key)) return;
    const { clock } = this.#options;
    const due = clock.monotonicMs() + delayMs;
    if ((this.#waiting.get(key)?.due ?? Number.POSITIVE_INFINITY) <= due) return;
    this.#stopWaiting(key);
    const cancel = clock.schedule(delayMs, () => this.add(key));
    this.#waiting.set(key, { due, cancel });
  }

  /** Forgets a key; if it runs, it runs to its end. */
  remove(key: string): void {
    this.#stopWaiting(key);
    this.#ready.delete(key);
    this.#again.delete(key);
    this.#tellBegun();
  }

  /** Resolves when no key waits to begin, after so long, or when the signal aborts. */
  begun(limitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#ready.size === 0 || limitMs === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const told = () => {
        cancel();
        signal.removeEventListener('abort', told);
        this.#awaitingBegin.delete(told);
        resolve();
      };
      signal.addEventListener('abort', told);
      const cancel = this.#options.clock.schedule(limitMs, told);
      this.#awaitingBegin.add(told);
    });
  }

  /** Takes nothing more and resolves when the running work has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const key of [...this.#waiting.keys()]) this.#stopWaiting(key);
    this.#ready.clear();
    this.#again.clear();
    this.#tellBegun();
    await Promise.all(this.#running.values());
  }

  #stopWaiting(key: string): void {
    this.#waiting.get(key)?.cancel();
    this.#waiting.delete(key);
  }

  #startWork(): void {
    if (this.#nextTurn !== undefined) return;
    let left = Math.min(KEYS_PER_TURN, this.#options.concurrency - this.#placesTaken);
    if (left <= 0 || this.#ready.size === 0) return;
    for (const key of this.#ready) {
      if (left === 0) break;
      left -= 1;
      this.#ready.delete(key);
      this.#running.set(key, this.#run(key));
    }
    this.#tellBegun();
    this.#nextTurn = setImmediate(() => {
      this.#nextTurn = undefined;
      this.#startWork();
    });
  }

  #tellBegun(): void {
    if (this.#ready.size > 0) return;
    for (const told of this.#awaitingBegin) told();
  }

  async #run(key: string): Promise<void> {
    const leavePlace = this.#takePlace();
    // The caller has registered this run before the work itself begins.
    await Promise.resolve();
    await this.#options.work(key, leavePlace);
    this.#running.delete(key);
    if (this.#again.delete(key)) this.#ready.add(key);
    leavePlace();
    this.#startWork();
  }

  #takePlace(): () => void {
    this.#placesTaken += 1;
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      this.#placesTaken -= 1;
      this.#startWork();
    };
  }
}
