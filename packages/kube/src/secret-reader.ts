import type { SecretReader } from '@mailprovider/provider/secret-reader';
import { ApiError } from './api-error.ts';
import type { Secrets } from './secrets.ts';

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
