import { ApiConnection, loadKubeConfig, mailProviders } from '@mailprovider/kube';
import {
  createOperationsServer,
  createRegistry,
  type Logger,
  listen,
  type RunningApp,
} from '@mailprovider/process';
import { mutate } from './admission/mutate.ts';
import type { AdmissionRequest } from './admission/review.ts';
import { validate } from './admission/validate.ts';
import type { Verdict } from './admission/verdict.ts';
import { loadCertificate } from './certificate.ts';
import type { WebhookConfig } from './config.ts';
import { Drain } from './drain.ts';
import { createWebhookMetrics } from './metrics.ts';
import { createWebhookServer } from './server.ts';

/** The API server waits 5 s for an answer (`timeoutSeconds`); ours is to come first. */
const LIST_TIMEOUT_MS = 4_000;
/** As long as the API server waits for an answer under way; mostly none is. */
const STOP_GRACE_MS = 5_000;

/** Denials are for people to find; of what is allowed there are thousands. */
function logVerdict(logger: Logger, { operation, name }: AdmissionRequest, verdict: Verdict): void {
  const { allowed } = verdict;
  if (allowed) logger.debug({ operation, name, allowed }, 'mailprovider admission');
  else {
    const { message } = verdict;
    logger.info({ operation, name, allowed, message }, 'mailprovider admission');
  }
}

/** Builds the webhook and starts to serve; what it needs stands in this one function. */
export async function startWebhook(config: WebhookConfig, logger: Logger): Promise<RunningApp> {
  const connection = new ApiConnection(loadKubeConfig(config.kubeconfig), {
    requestTimeoutMs: LIST_TIMEOUT_MS,
  });
  const providers = mailProviders(connection);
  const context = { credentialsNamespace: config.credentialsNamespace };
  const registry = createRegistry();
  const metrics = createWebhookMetrics(registry);
  const webhook = createWebhookServer({
    certificate: await loadCertificate(config),
    maxConcurrentReviews: config.maxConcurrentReviews,
    metrics,
    validate: async (request) => {
      const verdict = await validate(request, {
        context,
        listProviders: () => providers.list(),
        listFailed: (error) => logger.error({ err: error }, 'mailprovider list failed'),
      });
      logVerdict(logger, request, verdict);
      return verdict;
    },
    mutate: (request) => mutate(request, context),
    failed: (error) => logger.error({ err: error }, 'mailprovider admission failed'),
  });
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
      await operations.close();
      await connection.close();
    },
  };
}
