import { type Logger, withDeadline } from '@mailprovider/process';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { ApiError } from './api-error.ts';
import { jsonLines } from './json-lines.ts';

/** What a watch tells: first everything there is, then each change in order. */
export interface WatchHandlers<T> {
  /** All objects, after every (re)list. What is not among them is gone. */
  replaced(objects: readonly T[]): void;
  stored(object: T): void;
  deleted(object: T): void;
}

export interface ListWatchOptions<T> {
  readonly connection: ApiConnection;
  /** Collection path, such as `/api/v1/namespaces/mail/secrets`. */
  readonly path: string;
  /** Selectors that narrow both list and watch. */
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: { readonly list: string; readonly watch: string };
  /** Reads one object; `undefined` leaves it out. */
  decode(object: unknown): T | undefined;
  readonly handlers: WatchHandlers<T>;
  readonly logger: Logger;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** The API server ends a watch after 5 to 10 minutes, as client-go asks it to: not all at once. */
const WATCH_SECONDS_MIN = 300;
/** Bookmarks come every minute; a stream that is silent for longer is dead. */
const SILENCE_LIMIT_MS = 90_000;
/** A watch that ends sooner and without an event is a failure, or it would be asked for in a loop. */
const SHORTEST_WATCH_MS = 1_000;
const LIST_TIMEOUT_MS = 30_000;
/** Back-off between failed attempts, as client-go's reflector has it: 0.8 s doubling to 30 s. */
const BACKOFF_MIN_MS = 800;
const BACKOFF_MAX_MS = 30_000;

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(z.unknown()).nullish(),
});
const eventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({
    metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(),
    code: z.number().optional(),
  }),
});
type WatchEvent = z.output<typeof eventSchema>;

/**
 * Lists a collection and follows its changes until the signal aborts; then resolves.
 *
 * Any failure, and any answer that the position is too old (410), leads to a new list after a
 * growing, jittered pause. Own code because client-node's watch cuts idle streams, asks for no
 * bookmarks and hides exceptions of its callback.
 */
export async function listWatch<T>(options: ListWatchOptions<T>): Promise<void> {
  const { signal, logger, path } = options;
  let failures = 0;
  const works = () => {
    failures = 0;
  };
  while (!signal.aborted) {
    try {
      await watchFrom(options, await list(options), works);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      logger.warn({ path, failures, error: describe(error) }, 'mailprovider watch interrupted');
      await pause(backoff(failures), signal);
    }
  }
}

/** fetch says only that it failed; why stands in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function backoff(failures: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** (failures - 1));
  return ceiling * (0.5 + Math.random() / 2);
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

/** Lists everything, hands it over, and returns the position to watch from. */
async function list<T>(options: ListWatchOptions<T>): Promise<string> {
  const { connection, path, accept, decode, handlers, signal } = options;
  const { items, metadata } = await withDeadline(signal, LIST_TIMEOUT_MS, async (limit) => {
    const response = await connection.get(path, {
      signal: limit,
      ...(options.query === undefined ? {} : { query: options.query }),
      ...(accept === undefined ? {} : { accept: accept.list }),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new ApiError(`list ${path}`, response.status);
    }
    return listSchema.parse(await response.json());
  });
  handlers.replaced((items ?? []).map(decode).filter((object) => object !== undefined));
  return metadata.resourceVersion;
}

/** Watches for as long as the position stays known, one request after another. */
async function watchFrom<T>(
  options: ListWatchOptions<T>,
  from: string,
  works: () => void,
): Promise<void> {
  let position = from;
  while (!options.signal.aborted) {
    const begin = performance.now();
    const before = position;
    position = await withDeadline(options.signal, SILENCE_LIMIT_MS, (limit, restart) => {
      return watchOnce(options, before, limit, () => {
        works();
        restart();
      });
    });
    if (position === before && performance.now() - begin < SHORTEST_WATCH_MS) {
      throw new Error('the watch ended at once');
    }
  }
}

/** Follows one request to its end and returns the position it came to. */
async function watchOnce<T>(
  options: ListWatchOptions<T>,
  from: string,
  signal: AbortSignal,
  heard: () => void,
): Promise<string> {
  const { connection, path, accept } = options;
  const seconds = Math.round(WATCH_SECONDS_MIN * (1 + Math.random()));
  const query = {
    ...options.query,
    watch: 'true',
    resourceVersion: from,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
  };
  const response = await connection.get(path, {
    query,
    signal,
    ...(accept === undefined ? {} : { accept: accept.watch }),
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new ApiError(`watch ${path}`, response.status);
  }
  let position = from;
  for await (const line of jsonLines(response.body)) {
    const event = eventSchema.parse(line);
    if (event.type === 'ERROR') throw new ApiError(`watch ${path}`, event.object.code);
    heard();
    position = event.object.metadata?.resourceVersion ?? position;
    deliver(options, event);
  }
  return position;
}

function deliver<T>({ decode, handlers }: ListWatchOptions<T>, event: WatchEvent): void {
  if (event.type === 'BOOKMARK') return;
  const object = decode(event.object);
  if (object === undefined) return;
  if (event.type === 'DELETED') handlers.deleted(object);
  else handlers.stored(object);
}
