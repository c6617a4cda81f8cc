import { Server as TlsServer } from 'node:tls';
import {
  ApiConnection,
  defaultClaims,
  kubeSecretReader,
  leases,
  loadKubeConfig,
  mailProviders,
  secrets,
} from '@mailprovider/kube';
import { createWatchMetrics } from '@mailprovider/kube/cache/watch-metrics';
import { Watches } from '@mailprovider/kube/cache/watches';
import { references } from '@mailprovider/kube/references';
import {
  createOperationsServer,
  createRegistry,
  type Logger,
  listen,
  type RunningApp,
  systemClock,
} from '@mailprovider/process';
import { createAddressPolicy } from '@mailprovider/smtp';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { createApiServer } from './api/server.ts';
import type { SenderConfig } from './config.ts';
import { createSender, type RunningSender } from './create-sender.ts';
import { kubeSendStatusWriter, watchedProviders } from './kube-ports.ts';
import { lateSender } from './late-sender.ts';
import { createAttemptLog } from './log/attempt-log.ts';
import { registerBacklogMetrics } from './metrics/backlog-metrics.ts';
import { registerBreakerMetric } from './metrics/breaker-metric.ts';
import { createSenderMetrics } from './metrics/sender-metrics.ts';
import { toAll } from './observer.ts';
import { openStore } from './open-store.ts';
import type { ProviderSource } from './ports.ts';
import { SendStatusKeeper } from './status/send-status-keeper.ts';
import { openSubmitEdge } from './submit-edge.ts';

/** Together with `--shutdown-grace-period` less than the 30 s after which Kubernetes kills. */
const STATUS_GRACE_MS = 2_000;
/** A review takes milliseconds; callers rather try again than wait. */
const REVIEW_TIMEOUT_MS = 5_000;

/** Ways to the API server. */
interface Connections {
  /** For what deliveries and callers wait for. */
  readonly reads: ApiConnection;
  readonly statuses: ApiConnection;
  /** For tokens and rights, so that a flood of wrong tokens delays nothing else. */
  readonly reviews: ApiConnection;
}

function connect({ kubeconfig }: SenderConfig): Connections {
  const settings = loadKubeConfig(kubeconfig);
  return {
    reads: new ApiConnection(settings),
    statuses: new ApiConnection(settings),
    reviews: new ApiConnection(settings, { requestTimeoutMs: REVIEW_TIMEOUT_MS }),
  };
}

/** Builds the sender; it delivers and accepts as soon as the providers are known. */
export async function startSender(config: SenderConfig, logger: Logger): Promise<RunningApp> {
  const connections = connect(config);
  const { reads } = connections;
  const registry = createRegistry();
  let running: RunningSender | undefined;
  const stopWatching = new AbortController();
  const known = watch(config, reads, registry, logger, stopWatching.signal);
  const providers = watchedProviders(known);
  const statuses = statusKeeper(connections.statuses, providers, logger);
  const metrics = createSenderMetrics(registry, providers);
  const edge = await openSubmitEdge(config, { connection: connections.reviews, logger, metrics });
  const store = await openStore({ ...config.store, retention: config.retention }, logger);
  registerBacklogMetrics(registry, {
    readings: () => store.readings(),
    providers,
    clock: systemClock,
  });
  registerBreakerMetric(registry, () => running?.breakers() ?? []);
  // Rejects only if the store fails, which nobody catches: it ends the process.
  const coming = known.start().then(async () => {
    if (stopWatching.signal.aborted) return undefined;
    running = await createSender({
      ...config,
      store,
      providers,
      references: references(reads),
      secrets: kubeSecretReader(secrets(reads, config.credentialsNamespace)),
      addressPolicy: createAddressPolicy(config),
      observer: toAll([metrics, createAttemptLog(logger), statuses]),
      logger,
    });
    return running;
  });
  const isAlive = () => store.isWorking;
  const knowsAll = () => known.synced && known.claim.value !== undefined;
  const isReady = () => running !== undefined && knowsAll() && isAlive();
  const sender = lateSender(coming, store);
  const api = createApiServer({ ...edge, sender, limits: config.limits, logger, isReady });
  const operations = createOperationsServer({ registry, isReady, isAlive });
  const close = async () => {
    if (running === undefined) stopWatching.abort();
    await Promise.all([api.close(), sender.close(), edge.certificates?.close()]);
    if ((await coming) === undefined) await store.close();
    await closeStatuses(statuses, connections.statuses);
    stopWatching.abort();
    await known.ended();
    await operations.close();
    await Promise.all(Object.values(connections).map((connection) => connection.close()));
  };
  await serve(api, operations, config, logger).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    close() {
      logger.info('stopping');
      return close();
    },
  };
}

async function serve(
  api: FastifyInstance,
  operations: FastifyInstance,
  { metricsBindAddress, bindAddress }: SenderConfig,
  logger: Logger,
): Promise<void> {
  const operationsUrl = await listen(operations, metricsBindAddress, '--metrics-bind-address');
  logger.info({ server: 'operations', url: operationsUrl }, 'serving');
  const submitUrl = new URL(await listen(api, bindAddress, '--bind-address'));
  // Fastify takes a server that it was given for one of plain HTTP.
  if (api.server instanceof TlsServer) submitUrl.protocol = 'https:';
  logger.info({ server: 'submit', url: submitUrl.origin }, 'serving');
}

/** A call that the API server keeps waiting must not keep the process. */
async function closeStatuses(statuses: SendStatusKeeper, connection: ApiConnection): Promise<void> {
  const force = setTimeout(() => void connection.close(), STATUS_GRACE_MS);
  await statuses.close();
  clearTimeout(force);
}

function statusKeeper(
  connection: ApiConnection,
  providers: ProviderSource,
  logger: Logger,
): SendStatusKeeper {
  const writer = kubeSendStatusWriter(mailProviders(connection), logger);
  return new SendStatusKeeper({
    writer,
    providers,
    clock: systemClock,
    logger,
    random: Math.random,
  });
}

function watch(
  { credentialsNamespace, leaseNamespace, syncPeriod }: SenderConfig,
  reads: ApiConnection,
  registry: Registry,
  logger: Logger,
  signal: AbortSignal,
): Watches {
  return new Watches({
    providers: mailProviders(reads),
    secrets: secrets(reads, credentialsNamespace),
    claims: defaultClaims(leases(reads, leaseNamespace)),
    clock: systemClock,
    logger,
    syncPeriodMs: syncPeriod,
    observer: createWatchMetrics(registry, systemClock),
    signal,
  });
}
