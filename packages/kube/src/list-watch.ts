import { type Logger, withDeadline } from '@mailprovider/process';
import type { ApiConnection } from './api-connection.ts';
import { ApiError } from './api-error.ts';
import {
  type Collection,
  type CollectionEvent,
  listCollection,
  TooManyRequests,
  watchCollection,
} from './collection.ts';
import { backoffMs, syncDelayMs, type WatchTiming, watchTiming } from './watch-timing.ts';

/** What a watch tells: first everything there is, then each change in order. */
export interface WatchHandlers<T> {
  /** All objects, after every (re)list. What is not among them is gone. */
  replaced(objects: readonly T[]): void;
  /** A new or changed object; with another uid it stands for a deletion that was not told. */
  stored(object: T): void;
  deleted(object: T): void;
}

/** Is told how a watch fares. */
export interface WatchObserver {
  /** The API server told something: a list, a change or a bookmark. */
  heard(): void;
  /** List or watch failed, and is tried again. */
  failed(): void;
}

/** What every watch is given. */
export interface WatchContext {
  readonly logger: Logger;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly observer?: WatchObserver;
  /** Default: `DEFAULT_WATCH_TIMING`. */
  readonly timing?: Partial<WatchTiming>;
  /** A number from [0, 1); default: `Math.random`. */
  random?(): number;
}

export interface ListWatchOptions<T> {
  readonly connection: ApiConnection;
  readonly collection: Collection;
  /** Reads one object; `undefined` leaves it out. */
  decode(object: unknown): T | undefined;
  readonly handlers: WatchHandlers<T>;
  readonly context: WatchContext;
}

/** The API server ends a watch after 5 to 10 minutes, as client-go asks it to: not all at once. */
const WATCH_SECONDS_MIN = 300;

/**
 * Lists a collection and follows its changes until the signal aborts; then resolves.
 *
 * A watch that the API server ends in good order, or puts off with 429, goes on from its position.
 * Anything else leads to a new list after a growing, jittered pause, and at once if the position is
 * too old (410): whoever answers next may have another history, such as that of a restored etcd. A
 * position of the future is answered with silence, which has a limit.
 *
 * Own code because client-node's watch cuts idle streams, asks for no bookmarks and hides exceptions
 * of its callback.
 */
export async function listWatch<T>(options: ListWatchOptions<T>): Promise<void> {
  await new ListWatch(options).run();
}

class ListWatch<T> {
  readonly #options: ListWatchOptions<T>;
  readonly #timing: WatchTiming;
  /** Where to watch from; undefined where only a list can tell. */
  #position: string | undefined;
  #syncAtMs = 0;
  /** In a row. */
  #failures = 0;

  constructor(options: ListWatchOptions<T>) {
    this.#options = options;
    this.#timing = watchTiming(options.context.timing);
  }

  async run(): Promise<void> {
    const { signal } = this.#options.context;
    while (!signal.aborted) {
      try {
        const isSyncDue = performance.now() >= this.#syncAtMs;
        const known = isSyncDue ? undefined : this.#position;
        await this.#watch(known ?? (await this.#list()));
      } catch (error) {
        if (signal.aborted) return;
        await pause(this.#failed(error), signal);
      }
    }
  }

  async #list(): Promise<string> {
    const { connection, collection, decode, handlers, context } = this.#options;
    const { objects, position } = await withDeadline(
      context.signal,
      this.#timing.listTimeoutMs,
      (limit) => listCollection(connection, collection, limit),
    );
    this.#syncAtMs = performance.now() + syncDelayMs(this.#timing, this.#random());
    context.observer?.heard();
    handlers.replaced(objects.map(decode).filter((object) => object !== undefined));
    return position;
  }

  /** Follows one request to its end; the position is kept if that was in good order. */
  async #watch(from: string): Promise<void> {
    const begin = performance.now();
    this.#position = from;
    const { silenceMs, backoffMinMs, backoffMaxMs } = this.#timing;
    const lasted = () => performance.now() - begin;
    try {
      await withDeadline(this.#options.context.signal, silenceMs, (limit, restart) =>
        this.#follow(from, limit, restart),
      );
    } finally {
      // A quiet collection tells nothing for long, and that is no failure.
      if (lasted() > backoffMaxMs) this.#failures = 0;
    }
    // It would be asked for in a loop.
    if (this.#position === from && lasted() < backoffMinMs) {
      throw new ApiError(`watch ${this.#options.collection.path}`, undefined, new EndedAtOnce());
    }
  }

  async #follow(from: string, signal: AbortSignal, restart: () => void): Promise<void> {
    const { connection, collection, context } = this.#options;
    const untilSync = Math.max(1, Math.ceil((this.#syncAtMs - performance.now()) / 1000));
    const seconds = Math.min(untilSync, Math.round(WATCH_SECONDS_MIN * (1 + this.#random())));
    for await (const event of watchCollection(connection, collection, { from, seconds, signal })) {
      this.#failures = 0;
      restart();
      context.observer?.heard();
      this.#deliver(event);
      this.#position = event.position ?? this.#position;
      if (performance.now() >= this.#syncAtMs) return;
    }
  }

  #deliver({ type, object: stored }: CollectionEvent): void {
    if (type === 'BOOKMARK') return;
    const { decode, handlers } = this.#options;
    const object = decode(stored);
    if (object === undefined) return;
    if (type === 'DELETED') handlers.deleted(object);
    else handlers.stored(object);
  }

  /** Decides where to go on, and returns the pause before that. */
  #failed(error: unknown): number {
    const { collection, context } = this.#options;
    this.#failures += 1;
    context.observer?.failed();
    const message = error instanceof Error ? error.message : String(error);
    const fields = { path: collection.path, failures: this.#failures, error: message };
    context.logger.warn(fields, 'mailprovider watch interrupted');
    const backoff = backoffMs(this.#timing, this.#failures, this.#random());
    if (error instanceof TooManyRequests) {
      const asked = Math.max(backoff, error.retryAfterMs ?? 0);
      return Math.min(this.#timing.backoffMaxMs, asked);
    }
    this.#position = undefined;
    const expired = error instanceof ApiError && error.code === 410;
    return expired && this.#failures === 1 ? 0 : backoff;
  }

  #random(): number {
    return (this.#options.context.random ?? Math.random)();
  }
}

/** Names the failure in the log; the message of an `ApiError` has no other text. */
class EndedAtOnce extends Error {
  override readonly name = 'EndedAtOnce';
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
