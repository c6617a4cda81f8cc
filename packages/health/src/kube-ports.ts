import { ApiError, type MailProviders, type Secrets } from '@mailprovider/kube';
import type { Logger } from '@mailprovider/process';
import type { SecretReader, StatusWriter } from './ports.ts';

/** Owner of the status fields of health, in `metadata.managedFields`. */
const FIELD_MANAGER = 'mailprovider-health';

/** Reads Secrets from the API server. */
export function kubeSecretReader(secrets: Secrets): SecretReader {
  return {
    async read(name) {
      try {
        return { found: true, secret: await secrets.read(name) };
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'not-found') {
          return { found: false, why: 'missing' };
        }
        if (error instanceof ApiError && error.reason === 'forbidden') {
          return { found: false, why: 'forbidden' };
        }
        throw error;
      }
    },
  };
}

/** Writes status to the API server. */
export function kubeStatusWriter(providers: MailProviders, logger: Logger): StatusWriter {
  return {
    async write({ metadata: { name, uid } }, status) {
      try {
        const written = await providers.applyStatus(name, { ...status }, FIELD_MANAGER);
        if (written !== uid) {
          logger.warn({ provider: name }, 'mailprovider was recreated; its next check corrects it');
        }
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === 'not-found')) throw error;
      }
    },
  };
}
