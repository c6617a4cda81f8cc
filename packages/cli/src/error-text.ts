import { StartupError } from '@mailprovider/process';

/** An expected failure is its message; anything else is ours, and its stack helps to mend it. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The client of the API server is loaded only where it is used, so its error is known by name.
  const expected = error instanceof StartupError || error.name === 'ApiError';
  return expected ? error.message : (error.stack ?? error.message);
}
