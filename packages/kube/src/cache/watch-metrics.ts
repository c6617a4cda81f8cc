import { type Clock, metricOptions } from '@mailprovider/process';
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
  const lastHeard = new Gauge(metricOptions(METRICS.watchLastHeard, registry));
  const failures = new Counter(metricOptions(METRICS.watchFailures, registry));
  return (resource) => {
    // A rate needs the value from before the first failure.
    failures.inc({ resource }, 0);
    return {
      heard: () => lastHeard.set({ resource }, clock.now().getTime() / 1000),
      failed: () => failures.inc({ resource }),
    };
  };
}
