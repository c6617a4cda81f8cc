import {
  ApiConnection,
  defaultClaims,
  leases,
  loadKubeConfig,
  mailProviders,
  subjectAccess,
} from '@mailprovider/kube';
import {
  createOperationsServer,
  createRegistry,
  type Logger,
  listen,
  type RunningApp,
} from '@mailprovider/process';
import { mutate } from './admission/mutate.ts';
import { type ValidateDeps, validate } from './admission/validate.ts';
import { patched } from './admission/verdict.ts';
import { createCertificateMetrics } from './certificates/certificate-metrics.ts';
import { followCertificate } from './certificates/follow-certificate.ts';
import { startCertificateSource } from './certificates/start-source.ts';
import type { WebhookConfig } from './config.ts';
import { followConnections } from './connections.ts';
import { type ClaimDeps, claimDefault } from './default-claim/claim-default.ts';
import { type SecretAccessDeps, secretAccessError } from './secret-access/secret-access.ts';
import { createWebhookServer } from './server.ts';

/** The API server waits 5 s for an answer (`timeoutSeconds`); ours is to come first. */
const LIST_TIMEOUT_MS = 4_000;
/** An answer takes milliseconds, a live list some more; the whole stop is to end within 5 s. */
const STOP_GRACE_MS = 3_000;

/** Builds the webhook and starts to serve; what it needs stands in this one function. */
export async function startWebhook(config: WebhookConfig, logger: Logger): Promise<RunningApp> {
  const connection = new ApiConnection(loadKubeConfig(config.kubeconfig), {
    requestTimeoutMs: LIST_TIMEOUT_MS,
  });
  const providers = mailProviders(connection);
  const context = { credentialsNamespace: config.credentialsNamespace };
  const claimDeps: ClaimDeps = {
    claims: defaultClaims(leases(connection, config.leaseNamespace), config.defaultClaimTtl),
    listProviders: () => providers.list(),
    ttlMs: config.defaultClaimTtl,
    failed: (error) => logger.error({ err: error }, 'mailprovider default claim failed'),
  };
  const accessDeps: SecretAccessDeps = {
    ...context,
    mayAccess: subjectAccess(connection),
    failed: (error) => logger.error({ err: error }, 'mailprovider secret access check failed'),
  };
  const validateDeps: ValidateDeps = {
    context,
    claimDefault: (request, take, signal) => claimDefault(request, take, claimDeps, signal),
    ...(config.checkSecretAccess
      ? { secretAccessError: (write, user) => secretAccessError(write, user, accessDeps) }
      : {}),
  };
  const registry = createRegistry();
  const certificates = await startCertificateSource(config.certificate, {
    connection,
    logger,
    metrics: createCertificateMetrics(registry),
  });
  const webhook = createWebhookServer({
    certificate: certificates.current(),
    validate: async (request) => {
      const verdict = await validate(request, validateDeps, new AbortController().signal);
      const { operation, name } = request;
      const { allowed, message } = verdict;
      logger.info({ operation, name, allowed, message }, 'mailprovider admission');
      return verdict;
    },
    mutate: (request) => patched(mutate(request, context)),
    failed: (error) => logger.error({ err: error }, 'mailprovider admission failed'),
  });
  const stopFollowing = followCertificate(webhook.server, certificates);
  const endConnections = followConnections(webhook.server);
  const operations = createOperationsServer({
    registry,
    isReady: () => webhook.server.listening,
  });

  const address = { host: config.bindAddress, port: config.securePort };
  const url = await listen(webhook, address, '--secure-port');
  logger.info({ server: 'webhook', url }, 'serving');
  const operationsUrl = await listen(
    operations,
    config.metricsBindAddress,
    '--metrics-bind-address',
  );
  logger.info({ server: 'operations', url: operationsUrl }, 'serving');

  return {
    async close() {
      logger.info('stopping');
      stopFollowing();
      const certificatesClosed = certificates.close();
      const force = setTimeout(endConnections, STOP_GRACE_MS);
      await webhook.close();
      clearTimeout(force);
      await operations.close();
      await certificatesClosed;
      await connection.close();
    },
  };
}
