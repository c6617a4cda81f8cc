import { ApiException } from '@kubernetes/client-node';

/** What went wrong with a call to the API server, as far as callers tell it apart. */
export type ApiErrorCause = 'not-found' | 'forbidden' | 'conflict' | 'refused' | 'unavailable';

/** A failed call to the API server. The message names the call and the status code only. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: ApiErrorCause;
  readonly code: number | undefined;

  constructor(call: string, code: number | undefined, cause?: unknown) {
    const what = code === undefined ? 'no answer from the API server' : `status ${code}`;
    super(`${call}: ${what}`, { cause });
    this.code = code;
    this.reason = causeOf(code);
  }
}

function causeOf(code: number | undefined): ApiErrorCause {
  switch (code) {
    case 404:
      return 'not-found';
    case 401:
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
