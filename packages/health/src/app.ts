import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ApiConnection,
  defaultClaims,
  events,
  type Leadership,
  leases,
  loadKubeConfig,
  mailProviders,
  runLeaderElection,
  secrets,
} from '@mailprovider/kube';
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
import type { HealthConfig } from './config.ts';
import { enabledDefaults } from './default-conditions.ts';
import {
  type DefaultCount,
  registerDefaultMetrics,
  registerLeaderMetric,
} from './election-metrics.ts';
import {
  kubeClaimStore,
  kubeDefaultConditionWriter,
  kubeEventSink,
  kubeSecretReader,
  kubeStatusWriter,
} from './kube-ports.ts';
import { holderOf, type LeaderDeps, lead } from './leader.ts';
import { createHealthMetrics } from './metrics.ts';
import { PROBE_TIMEOUT_MS } from './schedule.ts';
import { createWatchMetrics } from './watch-metrics.ts';
import { Watches } from './watches.ts';

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

/** Builds health and takes part in the election; what it needs stands in this one function. */
export async function startHealth(config: HealthConfig, logger: Logger): Promise<RunningApp> {
  const { credentialsNamespace, concurrency, intervals, syncPeriodMs } = config;
  const { allowLoopback, deniedNetworks } = config;
  const { checks, coordination } = connect(config);
  const providers = mailProviders(checks);
  const credentials = secrets(checks, credentialsNamespace);
  const claims = defaultClaims(leases(coordination, config.leaderElection.namespace));
  const registry = createRegistry();
  const clock = systemClock;
  const stop = new AbortController();
  const { signal } = stop;
  const known = new Watches({
    providers,
    secrets: credentials,
    claims,
    clock,
    logger,
    syncPeriodMs,
    observer: createWatchMetrics(registry, clock),
    signal,
  });
  registerDefaultMetrics(registry, () => defaultCount(known));
  const engine: LeaderDeps['engine'] = {
    check: {
      credentialsNamespace,
      secrets: kubeSecretReader(credentials),
      resolver: systemResolver(),
      addressPolicy: createAddressPolicy({ allowLoopback, deniedNetworks }),
      timeoutMs: PROBE_TIMEOUT_MS,
      monotonicMs: clock.monotonicMs,
    },
    statusWriter: kubeStatusWriter(providers, logger),
    metrics: createHealthMetrics(registry),
    clock,
    logger,
    intervals,
    concurrency,
    random: Math.random,
  };
  const defaultConditionWriter = kubeDefaultConditionWriter(mailProviders(coordination), logger);
  const claimStore = kubeClaimStore(claims);
  const eventSink = kubeEventSink(events(coordination, EVENT_REPORTER));
  const leaderDeps: LeaderDeps = {
    known,
    engine,
    defaultConditionWriter,
    claimStore,
    eventSink,
  };
  let leads = false;
  registerLeaderMetric(registry, LEADER_LEASE, () => leads);
  const leadAndTell = async (leadership: Leadership) => {
    leads = true;
    await lead(leadership, leaderDeps).finally(() => {
      leads = false;
    });
  };

  const operations = createOperationsServer({ registry, isReady: () => known.synced });
  const url = await listen(operations, config.metricsBindAddress, '--metrics-bind-address');
  logger.info({ server: 'operations', url }, 'serving');
  const closeConnections = () => Promise.all([checks.close(), coordination.close()]);
  // Who cannot list the providers is not to lead. Rejects only by a fault of ours, which nobody
  // catches: it ends the process.
  const taking = known
    .start()
    .then(() => takePart(config, coordination, logger, signal, leadAndTell));

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
      await closeConnections();
    },
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
  leadAndTell: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  if (!enabled) return leadAndTell({ signal, throwIfLost() {} });
  await runLeaderElection({
    leases: leases(coordination, namespace),
    name: LEADER_LEASE,
    identity: `${hostname()}_${randomUUID()}`,
    timing,
    clock: systemClock,
    random: Math.random,
    logger,
    signal,
    lead: leadAndTell,
  });
}
