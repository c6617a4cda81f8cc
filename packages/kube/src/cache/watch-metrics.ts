import type { Clock } from '@mailprovider/process';
import { METRICS } from '@mailprovider/provider/metric-names';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { WatchObserver } from '../list-watch.ts';

/** What is watched, by the plural that RBAC has. */
export type WatchedResource = 'mailproviders' | 'secrets' | 'leases';

/** Makes the observer of each watch, which tells Prometheus how it fares. */
export function createWatchMetrics(
  registry: Registry,
  clock: Pick<Clock, 'now'>,
): (resource: WatchedResource) => WatchObserver {
  const registers = [registry];
  const { watchLastHeard, watchFailures } = METRICS;
  const lastHeard = new Gauge({ ...watchLastHeard, labelNames: watchLastHeard.labels, registers });
  const failures = new Counter({ ...watchFailures, labelNames: watchFailures.labels, registers });
  return (resource) => {
    // A rate needs the value from before the first failure.
    failures.inc({ resource }, 0);
    return {
      heard: () => lastHeard.set({ resource }, clock.now().getTime() / 1000),
      failed: () => failures.inc({ resource }),
    };
  };
}
