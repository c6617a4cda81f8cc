import { readFile } from 'node:fs/promises';
import { ApiConnection, loadKubeConfig, mailProviders } from '@mailprovider/kube';
import {
  createOperationsServer,
  createRegistry,
  type Logger,
  type RunningApp,
} from '@mailprovider/process';
import { mutate } from './admission/mutate.ts';
import { validate } from './admission/validate.ts';
import { patched } from './admission/verdict.ts';
import type { WebhookConfig } from './config.ts';
import { createWebhookServer } from './server.ts';

/** An answer takes milliseconds, a live list some more; the whole stop is to end within 5 s. */
const STOP_GRACE_MS = 3_000;

/** Builds the webhook and starts to serve; what it needs stands in this one function. */
export async function startWebhook(config: WebhookConfig, logger: Logger): Promise<RunningApp> {
  const connection = new ApiConnection(loadKubeConfig(config.kubeconfig));
  const providers = mailProviders(connection);
  const context = { credentialsNamespace: config.credentialsNamespace };
  const [cert, key] = await Promise.all([
    readFile(config.tlsCertFile),
    readFile(config.tlsPrivateKeyFile),
  ]);

  const webhook = createWebhookServer({
    certificate: { cert, key },
    validate: async (request) => {
      const verdict = await validate(request, {
        context,
        listProviders: () => providers.list(),
        listFailed: (error) => logger.error({ err: error }, 'mailprovider list failed'),
      });
      const { operation, name } = request;
      const { allowed, message } = verdict;
      logger.info({ operation, name, allowed, message }, 'mailprovider admission');
      return verdict;
    },
    mutate: (request) => patched(mutate(request, context)),
    failed: (error) => logger.error({ err: error }, 'mailprovider admission failed'),
  });
  const operations = createOperationsServer({
    registry: createRegistry(),
    isReady: () => webhook.server.listening,
  });

  const url = await webhook.listen({ host: config.bindAddress, port: config.securePort });
  logger.info({ server: 'webhook', url }, 'serving');
  const operationsUrl = await operations.listen(config.metricsBindAddress);
  logger.info({ server: 'operations', url: operationsUrl }, 'serving');

  return {
    async close() {
      logger.info('stopping');
      const force = setTimeout(() => webhook.server.closeAllConnections(), STOP_GRACE_MS);
      await webhook.close();
      clearTimeout(force);
      await operations.close();
      await connection.close();
    },
  };
}
