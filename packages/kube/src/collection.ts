import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { ApiError } from './api-error.ts';
import { jsonLines } from './json-lines.ts';
import { retryAfterMs } from './retry-after.ts';

/** What is listed and watched. */
export interface Collection {
  /** Such as `/api/v1/namespaces/mail/secrets`. */
  readonly path: string;
  /** Selectors that narrow both list and watch. */
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: { readonly list: string; readonly watch: string };
}

/** Everything there is, and the position (resourceVersion) from which to watch for changes. */
export interface CollectionList {
  readonly objects: readonly unknown[];
  readonly position: string;
}

/** What a watch tells; a bookmark only moves the position. */
export interface CollectionEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: unknown;
  /** Where to go on after this event; undefined where the object does not say. */
  readonly position: string | undefined;
}

/** The API server has too much to do and says when to come again. */
export class TooManyRequests extends ApiError {
  readonly retryAfterMs: number | undefined;

  constructor(call: string, retryAfterMs: number | undefined) {
    super(call, 429);
    this.retryAfterMs = retryAfterMs;
  }
}

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  items: z.array(z.unknown()).nullish(),
});
const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']),
    object: z.looseObject({
      metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(),
    }),
  }),
  z.object({
    type: z.literal('ERROR'),
    object: z.looseObject({
      code: z.number().optional(),
      details: z.looseObject({ retryAfterSeconds: z.number().optional() }).nullish(),
    }),
  }),
]);

function failureOf(call: string, code: number | undefined, afterMs: number | undefined): ApiError {
  return code === 429 ? new TooManyRequests(call, afterMs) : new ApiError(call, code);
}

/** Throws `ApiError` unless the status is 200. */
async function mustBeOk(call: string, response: Dispatcher.ResponseData): Promise<void> {
  const { statusCode, headers, body } = response;
  if (statusCode === 200) return;
  await body.dump();
  throw failureOf(call, statusCode, retryAfterMs(headers['retry-after']));
}

/** Turns whatever failed into an `ApiError`, which quotes nothing of the answer. */
function asApiError(call: string, error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(call, undefined, error);
}

/** Reads all objects from the store, not from a cache. Throws `ApiError`. */
export async function listCollection(
  connection: ApiConnection,
  { path, query = {}, accept }: Collection,
  signal: AbortSignal,
): Promise<CollectionList> {
  const call = `list ${path}`;
  try {
    const options = accept === undefined ? {} : { accept: accept.list };
    const response = await connection.get(path, { query, signal, ...options });
    await mustBeOk(call, response);
    const { items, metadata } = listSchema.parse(await response.body.json());
    return { objects: items ?? [], position: metadata.resourceVersion };
  } catch (error) {
    throw asApiError(call, error);
  }
}

export interface WatchRequest {
  readonly from: string;
  /** The API server ends the watch after so long. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** The changes after a position, until the API server ends the watch in good order. Throws `ApiError`. */
export async function* watchCollection(
  connection: ApiConnection,
  { path, query, accept }: Collection,
  { from, seconds, signal }: WatchRequest,
): AsyncGenerator<CollectionEvent> {
  const call = `watch ${path}`;
  const watch = {
    watch: 'true',
    resourceVersion: from,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
  };
  try {
    const options = accept === undefined ? {} : { accept: accept.watch };
    const response = await connection.get(path, {
      query: { ...query, ...watch },
      signal,
      ...options,
    });
    await mustBeOk(call, response);
    for await (const line of jsonLines(response.body)) yield eventOf(call, line);
  } catch (error) {
    throw asApiError(call, error);
  }
}

function eventOf(call: string, line: unknown): CollectionEvent {
  const event = eventSchema.parse(line);
  if (event.type === 'ERROR') {
    const { code, details } = event.object;
    const seconds = details?.retryAfterSeconds;
    throw failureOf(call, code, seconds === undefined ? undefined : seconds * 1000);
  }
  const position = event.object.metadata?.resourceVersion;
  return { type: event.type, object: event.object, position };
}
