import { setTimeout as delay } from 'node:timers/promises';
import type { MailProviders } from '@mailprovider/kube';
import { openConnections } from '../measure/open-connections.ts';
import { cpuSeconds, peakRssMiB } from '../measure/process-usage.ts';
import type { HealthProcess } from './health-process.ts';
import { metricValue } from './metric-value.ts';
import type { PlannedProvider } from './provisioning.ts';
import type { ServerProcess } from './server-process.ts';
import { awaitVerdicts, type Verdict, type Verdicts } from './verdicts.ts';

/** Several times what health takes on a busy machine; a probe alone may take 10 s. */
const BASE_LIMIT_MS = 60_000;
const LIMIT_MS_PER_PROVIDER = 50;
/** Servers hear a moment later that a client left; the next probes begin 27 s after the first. */
const SETTLE_MS = 1_000;
const SHOWN_NAMES = 5;

/** What health does from its start until every provider has its condition. */
export interface ConditionFigures {
  /** From when it leads, and so may check, until every Healthy is True or False for the current generation. */
  readonly secondsToAllConditions: number;
  /** The same for those whose server answers; NaN if none does. */
  readonly secondsToAnswering: number;
  /** From the start of the process. */
  readonly secondsToLead: number;
  /** Times between turns of the event loop, which are 10 ms apart where nothing delays them. */
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** Most memory resident; NaN where the system does not tell. */
  readonly rssMiB: number;
  readonly cpuSeconds: number;
  /** To SMTP servers, at the end: as many as health has, or the servers have if that is more. */
  readonly openSocketsAtEnd: number;
}

export interface ConditionRound {
  readonly planned: readonly PlannedProvider[];
  readonly servers: readonly ServerProcess[];
  readonly providers: MailProviders;
  readonly startHealth: () => Promise<HealthProcess>;
  readonly signal: AbortSignal;
}

function isRight({ silent }: PlannedProvider, verdict: Verdict | undefined): boolean {
  return silent
    ? verdict?.healthy === false && verdict.reason === 'Timeout'
    : verdict?.healthy === true;
}

/** Throws unless every Healthy is True of servers that answer, and False with Timeout of the silent. */
export function requireRight(planned: readonly PlannedProvider[], verdicts: Verdicts): void {
  const wrong = planned.filter((provider) => !isRight(provider, verdicts.get(provider.name)));
  if (wrong.length === 0) return;
  const shown = wrong.slice(0, SHOWN_NAMES).map(({ name, silent }) => {
    const { healthy, reason } = verdicts.get(name) ?? {};
    return `${name} (${silent ? 'silent' : 'answering'}): ${healthy} ${reason}`;
  });
  throw new Error(`Healthy of ${wrong.length} providers is not right: ${shown.join(', ')}`);
}

/** When the last of them was heard of; NaN of none. */
function lastTime(verdicts: readonly Verdict[]): number {
  return verdicts.reduce((last, { at }) => (last > at ? last : at), Number.NaN);
}

async function openSockets(health: HealthProcess, servers: readonly ServerProcess[]) {
  const ports = servers.map(({ port }) => port);
  const own = await openConnections(health.pid, ports);
  const counts = await Promise.all(servers.map(({ pid }) => openConnections(pid, ports)));
  const atServers = counts.reduce((sum, count) => sum + count, 0);
  return Math.max(own, atServers);
}

/** Starts health, waits for all conditions, and tells how it got there; rejects if one is wrong. */
export async function measureConditions(round: ConditionRound): Promise<ConditionFigures> {
  const { planned, providers, servers, signal } = round;
  const count = planned.length;
  const timeoutMs = BASE_LIMIT_MS + count * LIMIT_MS_PER_PROVIDER;
  const health = await round.startHealth();
  const ended = AbortSignal.any([signal, health.failed]);
  const verdicts = await awaitVerdicts(providers, { count, timeoutMs, signal: ended });
  requireRight(planned, verdicts);
  const metrics = await health.metrics();
  const used = await cpuSeconds(health.pid);
  await delay(SETTLE_MS, undefined, { signal: ended }).catch(() => ended.throwIfAborted());
  const all = [...verdicts.values()];
  const secondsToLead = await health.secondsToLead();
  const lastOf = (these: readonly Verdict[]) => (lastTime(these) - health.spawnedAt) / 1000;
  return {
    secondsToAllConditions: lastOf(all) - secondsToLead,
    secondsToAnswering: lastOf(all.filter(({ healthy }) => healthy)) - secondsToLead,
    secondsToLead,
    eventLoopDelayP99Ms: metricValue(metrics, 'nodejs_eventloop_lag_p99_seconds') * 1000,
    eventLoopDelayMaxMs: metricValue(metrics, 'nodejs_eventloop_lag_max_seconds') * 1000,
    rssMiB: await peakRssMiB(health.pid),
    cpuSeconds: used,
    openSocketsAtEnd: await openSockets(health, servers),
  };
}
