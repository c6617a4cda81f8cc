import { type Clock, metricOptions } from '@mailprovider/process';
import { METRICS } from '@mailprovider/provider/metric-names';
import { Gauge, type Registry } from 'prom-client';
import type { BacklogReading } from '../observer.ts';
import type { ProviderSource } from '../ports.ts';

export interface BacklogSources {
  readings(): readonly BacklogReading[];
  readonly providers: Pick<ProviderSource, 'get'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Tells what waits, whenever the metrics are read; of providers that are gone while mails wait for them. */
export function registerBacklogMetrics(
  registry: Registry,
  { readings, providers, clock }: BacklogSources,
): void {
  const told = () =>
    readings().filter(({ provider, depth }) => depth > 0 || providers.get(provider) !== undefined);
  new Gauge({
    ...metricOptions(METRICS.queueDepth, registry),
    collect() {
      this.reset();
      for (const { provider, depth } of told()) this.set({ provider }, depth);
    },
  });
  new Gauge({
    ...metricOptions(METRICS.queueOldestAge, registry),
    collect() {
      this.reset();
      const now = clock.now().getTime();
      for (const { provider, oldestQueuedAt } of told()) {
        this.set({ provider }, Math.max(0, now - (oldestQueuedAt ?? now)) / 1000);
      }
    },
  });
}
