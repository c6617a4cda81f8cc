import type { Logger } from '@mailprovider/process';

/** What stores log with. */
export type StoreLogger = Pick<Logger, 'warn' | 'error'>;

/** Logs that the store failed, with the id of the mail where it was about one. */
export function logStoreFailure(
  logger: Pick<Logger, 'error'>,
  error: unknown,
  mail?: string,
): void {
  const message = error instanceof Error ? error.message : String(error);
  logger.error({ ...(mail && { mail }), error: message }, 'mailprovider sender store failed');
}
