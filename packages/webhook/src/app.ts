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
import { followCertificate } from '@mailprovider/process/certificates/follow-certificate';
import { mutate } from './admission/mutate.ts';
import type { AdmissionRequest } from './admission/review.ts';
import { type ValidateDeps, validate } from './admission/validate.ts';
import type { Verdict } from './admission/verdict.ts';
import { createCertificateMetrics } from './certificates/certificate-metrics.ts';
import { startCertificateSource } from './certificates/start-source.ts';
import type { WebhookConfig } from './config.ts';
import { type ClaimDeps, claimDefault } from './default-claim/claim-default.ts';
import { Drain } from './drain.ts';
import { type FallbackDeps, judgeByStored } from './fallbacks/judge-by-stored.ts';
import { createWebhookMetrics, type WebhookMetrics } from './metrics.ts';
import { type SecretAccessDeps, secretAccessError } from './secret-access/secret-access.ts';
import { createWebhookServer } from './server.ts';

/** The API server waits 5 s for an answer (`timeoutSeconds`); ours is to come first. */
const API_TIMEOUT_MS = 4_000;
/** As long as the API server waits for an answer under way; mostly none is. */
const STOP_GRACE_MS = 5_000;

/** Denials are for people to find; of what is allowed there are thousands. */
function logVerdict(logger: Logger, { operation, name }: AdmissionRequest, verdict: Verdict): void {
  if (verdict.allowed) {
    logger.debug({ operation, name, allowed: true }, 'mailprovider admission');
    return;
  }
  const { message } = verdict;
  logger.info({ operation, name, allowed: false, message }, 'mailprovider admission');
}

/** What validation asks the API server about. */
function validateDepsOf(
  config: WebhookConfig,
  connection: ApiConnection,
  metrics: WebhookMetrics,
  logger: Logger,
): ValidateDeps {
  const { credentialsNamespace, leaseNamespace, defaultClaimTtl: ttlMs } = config;
  const listProviders = () => mailProviders(connection).list();
  const claimDeps: ClaimDeps = {
    claims: defaultClaims(leases(connection, leaseNamespace), ttlMs),
    listProviders,
    leaseNamespace,
    ttlMs,
    failed: (error) => logger.error({ err: error }, 'mailprovider default claim failed'),
    claimed: (outcome) => metrics.claimed(outcome),
  };
  const fallbackDeps: FallbackDeps = {
    listProviders,
    failed: (error) => logger.error({ err: error }, 'mailprovider fallback check failed'),
  };
  const accessDeps: SecretAccessDeps = {
    credentialsNamespace,
    mayAccess: subjectAccess(connection),
    failed: (error) => logger.error({ err: error }, 'mailprovider secret access check failed'),
  };
  return {
    context: { credentialsNamespace },
    claimDefault: (request, take, signal) => claimDefault(request, take, claimDeps, signal),
    judgeFallbacks: (write) => judgeByStored(write, fallbackDeps),
    ...(config.checkSecretAccess
      ? { secretAccessError: (write, user) => secretAccessError(write, user, accessDeps) }
      : {}),
  };
}

/** Builds the webhook and starts to serve; what it needs stands in this one function. */
export async function startWebhook(config: WebhookConfig, logger: Logger): Promise<RunningApp> {
  const connection = new ApiConnection(loadKubeConfig(config.kubeconfig), {
    requestTimeoutMs: API_TIMEOUT_MS,
  });
  const registry = createRegistry();
  const metrics = createWebhookMetrics(registry);
  const certificates = await startCertificateSource(config.certificate, {
    connection,
    logger,
    metrics: createCertificateMetrics(registry),
  });
  const validateDeps = validateDepsOf(config, connection, metrics, logger);
  const webhook = createWebhookServer({
    certificate: certificates.current(),
    maxConcurrentReviews: config.maxConcurrentReviews,
    metrics,
    validate: (request) => validate(request, validateDeps),
    judged: (request, verdict) => logVerdict(logger, request, verdict),
    mutate: (request) => mutate(request, validateDeps.context),
    failed: (error) => logger.error({ err: error }, 'mailprovider admission failed'),
  });
  const stopFollowing = followCertificate(webhook.server, certificates);
  const drain = new Drain(webhook.server);
  const operations = createOperationsServer({
    registry,
    isReady: () => webhook.server.listening && !drain.isDraining,
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
      await drain.close({ delayMs: config.shutdownDelay, graceMs: STOP_GRACE_MS });
      stopFollowing();
      await certificates.close();
      await operations.close();
      await connection.close();
    },
  };
}
