import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '@mailprovider/cluster';
import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import type { Test } from 'tap';
import { ChangingProviders } from './changing-providers.ts';
import { adminConnection, healthToken, startHealthBehindFaults } from './health-behind-faults.ts';
import {
  labelValues,
  metricsOf,
  metricValue,
  type ProcessFigures,
  processFigures,
} from './process-figures.ts';
import { RandomFaults } from './random-faults.ts';
import { seededRandom } from './seeded-random.ts';

const PROVIDERS = 9;
const CHANGE_EVERY_MS = 100;
/** A status write that fails six times in a row comes after 32 s; all else is much faster. */
const RIGHT_WITHIN_MS = 40_000;
/** A kept connection that is not used ends after 4 s. */
const CALM_AFTER_MS = 5_000;
const CALM_WITHIN_MS = 20_000;
/** Twice the sync period, because the machine has other things to do too. */
export const HEARD_WITHIN_SECONDS = 6;
/**
 * No check comes by time alone, so that a change that was missed stays missed; the last tenth of the
 * faults comes after the last change.
 */
const FLAGS = ['--healthy-interval', '1h', '--unhealthy-interval', '1h', '--sync-period', '3s'];
const QUIET_SHARE = 0.1;

export interface FaultRunOptions {
  readonly cluster: Cluster;
  readonly faults: number;
  readonly seed: number;
  /** Told how many faults are left, before each change. */
  disturb?(left: number): Promise<void>;
}

export interface FaultRun {
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Providers whose status is wrong at the end. */
  readonly wrong: readonly string[];
  readonly before: ProcessFigures;
  readonly after: ProcessFigures;
  /** Providers that health has metrics of and that are not stored. */
  readonly strays: readonly string[];
  /** Of the health process, by its metrics. */
  readonly watches: readonly WatchFigures[];
  readonly exitCode: number | null;
}

interface WatchFigures {
  readonly resource: string;
  readonly failures: number;
  readonly heardSecondsAgo: number;
}

/** Asks until the answer is good, or the time is over; returns the last answer. */
async function settled<T>(
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
  withinMs: number,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isGood(answer) || performance.now() > end) return answer;
    await delay(200);
  }
}

/** The least of what is seen for a while: what is kept shows in it, what comes and goes does not. */
async function calmFigures(figures: () => Promise<ProcessFigures>): Promise<ProcessFigures> {
  const end = performance.now() + CALM_AFTER_MS;
  let least = await figures();
  while (performance.now() < end) {
    await delay(100);
    const next = await figures();
    if (next.sockets < least.sockets) least = next;
  }
  return least;
}

function watchFigures(metrics: string): readonly WatchFigures[] {
  return ['mailproviders', 'secrets', 'leases'].map((resource) => {
    const value = ({ name }: Metric) => metricValue(metrics, `${name}{resource="${resource}"}`);
    const heardSecondsAgo = Date.now() / 1000 - value(METRICS.watchLastHeard);
    return { resource, failures: value(METRICS.watchFailures), heardSecondsAgo };
  });
}

async function injectAll(
  faults: RandomFaults,
  providers: ChangingProviders,
  disturb: FaultRunOptions['disturb'],
): Promise<void> {
  faults.begin();
  while (faults.left > QUIET_SHARE * faults.total) {
    await disturb?.(faults.left);
    await providers.change();
    await delay(CHANGE_EVERY_MS);
  }
  while (faults.left > 0) await delay(CHANGE_EVERY_MS);
}

/**
 * Lets providers change while faults are injected between a health process and the API server, and
 * returns what is wrong when all is calm again.
 */
export async function runFaults(t: Test, options: FaultRunOptions): Promise<FaultRun> {
  const { cluster, seed, disturb } = options;
  const admin = adminConnection(t, cluster);
  const random = seededRandom(seed + 1);
  const providers = await ChangingProviders.create(cluster, admin, random, PROVIDERS);
  const faults = new RandomFaults(seed, options.faults);
  const token = await healthToken(admin);
  const health = await startHealthBehindFaults(t, cluster, token, faults.source, FLAGS);
  const figures = () => processFigures(health.pid, health.operationsUrl);
  const wrong = () =>
    settled(
      () => providers.wrong(),
      (names) => names.length === 0,
      RIGHT_WITHIN_MS,
    );
  await wrong();
  const before = await calmFigures(figures);
  const isAsBefore = ({ sockets, activeResources }: ProcessFigures) =>
    sockets <= before.sockets && activeResources <= before.activeResources;

  const begin = performance.now();
  await injectAll(faults, providers, disturb);
  const seconds = (performance.now() - begin) / 1000;
  const stillWrong = await wrong();
  const after = await settled(figures, isAsBefore, CALM_WITHIN_MS);
  const isHeard = (metrics: string) =>
    watchFigures(metrics).every(({ heardSecondsAgo }) => heardSecondsAgo < HEARD_WITHIN_SECONDS);
  const metrics = await settled(() => metricsOf(health.operationsUrl), isHeard, CALM_WITHIN_MS);
  const stored = await providers.names();
  const strays = labelValues(metrics, METRICS.status.name, 'provider').filter(
    (name) => !stored.includes(name),
  );

  const exited = new Promise<number | null>((resolve) => health.child.once('exit', resolve));
  health.child.kill('SIGTERM');
  const exitCode = await exited;
  const counts = faults.counts();
  const watches = watchFigures(metrics);
  return { counts, seconds, wrong: stillWrong, strays, before, after, watches, exitCode };
}
