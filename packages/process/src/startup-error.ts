/** A setting that cannot work. The message names the flag or file and what is wrong; no stack is needed. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** What to log of an error that ended the process: the message of an expected one, else all of it. */
export function logFieldsOf(error: unknown): { error: string } | { err: unknown } {
  return error instanceof StartupError ? { error: error.message } : { err: error };
}
