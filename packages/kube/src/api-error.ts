import { ApiException } from '@kubernetes/client-node';

/** What went wrong with a call to the API server, as far as callers tell it apart. */
export type ApiErrorCause = 'not-found' | 'forbidden' | 'conflict' | 'refused' | 'unavailable';

/** A failed call to the API server. The message names the call and the status code only. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: ApiErrorCause;
  readonly code: number | undefined;

  constructor(call: string, code: number | undefined, cause?: unknown) {
    const what = code === undefined ? `no usable answer (${nameOf(cause)})` : `status ${code}`;
    super(`${call}: ${what}`);
    this.code = code;
    this.reason = causeOf(code);
  }
}

/** What is known of a failed call without a word of the answer: a parser quotes what it read. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? nameOf(error.cause) : error.name;
}

function causeOf(code: number | undefined): ApiErrorCause {
  switch (code) {
    case 404:
      return 'not-found';
    case 403:
      return 'forbidden';
    case 409:
      return 'conflict';
    case undefined:
    case 429:
      return 'unavailable';
    default:
      return code >= 500 ? 'unavailable' : 'refused';
  }
}

/** Runs a call of a typed API and turns its failure into an `ApiError`. */
export async function calling<T>(call: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // An ApiException carries the whole answer, which belongs in no log.
    if (error instanceof ApiException) throw new ApiError(call, error.code);
    throw new ApiError(call, undefined, error);
  }
}
