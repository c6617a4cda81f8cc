import {
  type ApiConnection,
  type RegistrationName,
  sharedSecret,
  webhookRegistrations,
} from '@mailprovider/kube';
import type { Logger } from '@mailprovider/process';
import type { CertificateSource } from '@mailprovider/process/certificates/certificate-source';
import { startFileSource } from '@mailprovider/process/certificates/file-source';
import type { CertificateMetrics } from './certificate-metrics.ts';
import type { CertificateSettings } from './certificate-settings.ts';
import { DEFAULT_ROTATION, startSelfManagedSource } from './self-managed-source.ts';

/** As manifests/webhooks.yaml has them. */
export const REGISTRATIONS: readonly RegistrationName[] = [
  { kind: 'mutating', name: 'mailprovider-mutation' },
  { kind: 'validating', name: 'mailprovider-validation' },
];

export interface SourceDeps {
  readonly connection: ApiConnection;
  readonly logger: Logger;
  readonly metrics: CertificateMetrics;
}

/** Starts what the settings name; throws `StartupError` if there is no certificate to be had. */
export function startCertificateSource(
  settings: CertificateSettings,
  { connection, logger, metrics }: SourceDeps,
): Promise<CertificateSource> {
  switch (settings.from) {
    case 'files':
      return startFileSource(settings, { logger, metrics });
    case 'secret':
      return startSelfManagedSource({
        store: sharedSecret(connection, settings, logger),
        registrations: webhookRegistrations(connection, REGISTRATIONS, logger),
        settings: { ...DEFAULT_ROTATION, names: settings.names },
        logger,
        metrics,
      });
  }
}
