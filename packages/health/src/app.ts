import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ApiConnection,
  defaultClaims,
  events,
  holderOf,
  kubeSecretReader,
  type Leadership,
  leases,
  loadKubeConfig,
  mailProviders,
  runLeaderElection,
  secrets,
} from '@mailprovider/kube';
import { createWatchMetrics } from '@mailprovider/kube/cache/watch-metrics';
import { Watches } from '@mailprovider/kube/cache/watches';
import {
  createOperationsServer,
  createRegistry,
  type Logger,
  listen,
  type RunningApp,
  systemClock,
} from '@mailprovider/process';
import { electDefault } from '@mailprovider/provider/default/elect-default';
import { createAddressPolicy, systemResolver } from '@mailprovider/smtp';
import type { Registry } from 'prom-client';
import type { HealthConfig } from './config.ts';
import { enabledDefaults } from './default/default-conditions.ts';
import { SeenUids } from './default/seen-uids.ts';
import {
  kubeClaimStore,
  kubeDefaultConditionWriter,
  kubeEventSink,
  kubeStatusWriter,
} from './kube-ports.ts';
import { type LeaderDeps, lead } from './leader.ts';
import { createHealthMetrics } from './metrics/check-metrics.ts';
import {
  type DefaultCount,
  measuredLeadership,
  registerDefaultMetrics,
} from './metrics/election-metrics.ts';
import { PROBE_TIMEOUT_MS } from './schedule.ts';

const LEADER_LEASE = 'mailprovider-health';
const EVENT_REPORTER = { controller: 'mailprovider-health', instance: hostname() };
/** A status write takes milliseconds; the whole stop is to end within 5 s. */
const STOP_GRACE_MS = 3_000;

/** Ways to the API server. */
interface Connections {
  readonly checks: ApiConnection;
  /** For what waits for no check: watches and writes of Leases, and Default conditions. */
  readonly coordination: ApiConnection;
}

function connect({ kubeconfig, leaderElection }: HealthConfig): Connections {
  const settings = loadKubeConfig(kubeconfig);
  // As in controller-runtime: a renewal that hangs leaves time for another one.
  const requestTimeoutMs = Math.max(1_000, leaderElection.timing.renewDeadlineMs / 2);
  return {
    checks: new ApiConnection(settings),
    coordination: new ApiConnection(settings, { requestTimeoutMs }),
  };
}

/** Builds health and takes part in the election; what it needs stands here and in `leaderParts`. */
export async function startHealth(config: HealthConfig, logger: Logger): Promise<RunningApp> {
  const { credentialsNamespace, leaderElection, syncPeriodMs } = config;
  const connections = connect(config);
  const { checks, coordination } = connections;
  const registry = createRegistry();
  const clock = systemClock;
  const stop = new AbortController();
  const { signal } = stop;
  const known = new Watches({
    providers: mailProviders(checks),
    secrets: secrets(checks, credentialsNamespace),
    claims: defaultClaims(leases(coordination, leaderElection.namespace)),
    clock,
    logger,
    syncPeriodMs,
    observer: createWatchMetrics(registry, clock),
    signal,
  });
  const seen = new SeenUids(clock);
  known.providers.listen(seen);
  registerDefaultMetrics(registry, () => defaultCount(known));
  const parts = { known, seen, ...leaderParts(config, connections, registry, logger) };
  const leadMeasured = measuredLeadership(registry, LEADER_LEASE, (leadership) =>
    lead(leadership, parts),
  );

  const operations = createOperationsServer({ registry, isReady: () => known.synced });
  const url = await listen(operations, config.metricsBindAddress, '--metrics-bind-address');
  logger.info({ server: 'operations', url }, 'serving');
  // Who cannot list the providers is not to lead. Rejects only by a fault of ours, which nobody
  // catches: it ends the process.
  const taking = known
    .start()
    .then(() => takePart(config, coordination, logger, signal, leadMeasured));

  return {
    async close() {
      logger.info('stopping');
      stop.abort();
      // A check's call that the API server keeps waiting must not keep the process; the Lease is
      // released after that.
      const force = setTimeout(() => void checks.close(), STOP_GRACE_MS);
      await Promise.all([taking, known.ended()]);
      clearTimeout(force);
      await operations.close();
      await Promise.all([checks.close(), coordination.close()]);
    },
  };
}

/** What the leader works with, beside what every replica knows. */
function leaderParts(
  config: HealthConfig,
  { checks, coordination }: Connections,
  registry: Registry,
  logger: Logger,
): Omit<LeaderDeps, 'known' | 'seen'> {
  const { credentialsNamespace, allowLoopback, deniedNetworks, leaderElection } = config;
  const { concurrency, intervals } = config;
  const clock = systemClock;
  const credentials = secrets(checks, credentialsNamespace);
  return {
    listSecrets: () => credentials.list(),
    engine: {
      check: {
        credentialsNamespace,
        secrets: kubeSecretReader(credentials),
        resolver: systemResolver(),
        addressPolicy: createAddressPolicy({ allowLoopback, deniedNetworks }),
        timeoutMs: PROBE_TIMEOUT_MS,
        monotonicMs: clock.monotonicMs,
      },
      statusWriter: kubeStatusWriter(mailProviders(checks), logger),
      metrics: createHealthMetrics(registry),
      clock,
      logger,
      intervals,
      concurrency,
      random: Math.random,
    },
    defaultConditionWriter: kubeDefaultConditionWriter(mailProviders(coordination), logger),
    claimStore: kubeClaimStore(defaultClaims(leases(coordination, leaderElection.namespace))),
    eventSink: kubeEventSink(events(coordination, EVENT_REPORTER)),
  };
}

function defaultCount({ providers, claim }: Watches): DefaultCount {
  const all = providers.all();
  const elected = claim.value && electDefault(all, holderOf(claim.value));
  return { candidates: enabledDefaults(all).length, elected };
}

/** Leads while the Lease is ours, or always where no election is wanted. */
async function takePart(
  { leaderElection: { enabled, namespace, timing } }: HealthConfig,
  coordination: ApiConnection,
  logger: Logger,
  signal: AbortSignal,
  leadMeasured: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  if (!enabled) return leadMeasured({ signal, throwIfLost() {} });
  await runLeaderElection({
    leases: leases(coordination, namespace),
    name: LEADER_LEASE,
    identity: `${hostname()}_${randomUUID()}`,
    timing,
    clock: systemClock,
    random: Math.random,
    logger,
    signal,
    lead: leadMeasured,
  });
}
