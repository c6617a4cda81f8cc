import {
  ApiConnection,
  loadKubeConfig,
  mailProviders,
  type SecretVersion,
  secrets,
  type WatchHandlers,
} from '@mailprovider/kube';
import {
  createOperationsServer,
  createRegistry,
  type Logger,
  listen,
  type RunningApp,
} from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { createAddressPolicy, systemResolver } from '@mailprovider/smtp';
import type { HealthConfig } from './config.ts';
import { HealthEngine } from './engine.ts';
import { kubeSecretReader, kubeStatusWriter } from './kube-ports.ts';
import { createHealthMetrics } from './metrics.ts';
import { systemClock } from './ports.ts';
import { DEFAULT_INTERVALS, PROBE_TIMEOUT_MS } from './schedule.ts';
import { SecretVersions } from './secret-versions.ts';

/** A list takes milliseconds; when it does not come, providers are not to wait for it. */
const SECRETS_HEAD_START_MS = 3_000;
/** A status write takes milliseconds; the whole stop is to end within 5 s. */
const STOP_GRACE_MS = 3_000;

/** Builds health and starts to check; what it needs stands in this one function. */
export async function startHealth(config: HealthConfig, logger: Logger): Promise<RunningApp> {
  const connection = new ApiConnection(loadKubeConfig(config.kubeconfig));
  const providers = mailProviders(connection);
  const credentials = secrets(connection, config.credentialsNamespace);
  const registry = createRegistry();

  const engine = new HealthEngine({
    check: {
      credentialsNamespace: config.credentialsNamespace,
      secrets: kubeSecretReader(credentials),
      resolver: systemResolver(),
      addressPolicy: createAddressPolicy({ allowLoopback: config.allowLoopback }),
      timeoutMs: PROBE_TIMEOUT_MS,
    },
    statusWriter: kubeStatusWriter(providers, logger),
    metrics: createHealthMetrics(registry),
    clock: systemClock,
    logger,
    intervals: DEFAULT_INTERVALS,
    concurrency: config.concurrency,
    random: Math.random,
  });

  const synced = { providers: false, secrets: false };
  const stop = new AbortController();
  const providerHandlers: WatchHandlers<MailProvider> = {
    replaced(all) {
      engine.replaced(all);
      synced.providers = true;
    },
    stored: (provider) => engine.stored(provider),
    deleted: ({ metadata }) => engine.deleted(metadata.name),
  };
  const watches: Promise<void>[] = [];
  const watchProviders = () => {
    clearTimeout(headStart);
    if (watches.length === 1) watches.push(providers.watch(providerHandlers, logger, stop.signal));
  };
  // Secrets come first, so that no change of one falls between the two lists; but a Role that is
  // missing is to be told in the status of the providers.
  const headStart = setTimeout(watchProviders, SECRETS_HEAD_START_MS);
  const versions = new SecretVersions((name) => engine.secretChanged(name));
  const secretHandlers: WatchHandlers<SecretVersion> = {
    replaced(all) {
      versions.replaced(all);
      synced.secrets = true;
      watchProviders();
    },
    stored: (secret) => versions.stored(secret),
    deleted: (secret) => versions.deleted(secret),
  };
  watches.push(credentials.watch(secretHandlers, logger, stop.signal));

  const operations = createOperationsServer({
    registry,
    isReady: () => synced.providers && synced.secrets,
  });
  const url = await listen(operations, config.metricsBindAddress, '--metrics-bind-address');
  logger.info({ server: 'operations', url }, 'serving');

  return {
    async close() {
      logger.info('stopping');
      clearTimeout(headStart);
      stop.abort();
      await Promise.all(watches);
      // A call that the API server keeps waiting must not keep the process.
      const force = setTimeout(() => void connection.close(), STOP_GRACE_MS);
      await engine.close();
      clearTimeout(force);
      await operations.close();
      await connection.close();
    },
  };
}
