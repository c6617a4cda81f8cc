import type { Logger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderStatus } from '@mailprovider/provider/status-schema';
import { ApiError } from './api-error.ts';
import type { MailProviders } from './mail-providers.ts';

/**
 * Makes the function that applies the status fields of one owner (`metadata.managedFields`). It
 * resolves also when the provider is gone by now, and rejects with `ApiError`.
 */
export function statusApply(
  providers: MailProviders,
  fieldManager: string,
  logger: Logger,
): (provider: MailProvider, status: MailProviderStatus) => Promise<void> {
  return async ({ metadata: { name, uid } }, status) => {
    try {
      const written = await providers.applyStatus(name, status, fieldManager);
      if (written !== uid) {
        logger.warn({ provider: name }, 'mailprovider was recreated; the next write corrects it');
      }
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'not-found')) throw error;
    }
  };
}
