import { type Clock, metricOptions } from '@mailprovider/process';
import { METRICS } from '@mailprovider/provider/metric-names';
import { Gauge, type Registry } from 'prom-client';
import type { ProviderSource } from '../ports.ts';
import type { QueueReading } from '../store/mail-store.ts';

export interface BacklogSources {
  readings(): Promise<readonly QueueReading[]>;
  readonly providers: Pick<ProviderSource, 'get'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Tells what waits, whenever the metrics are read; of providers that are gone while mails wait for them. */
export function registerBacklogMetrics(
  registry: Registry,
  { readings, providers, clock }: BacklogSources,
): void {
  const told = async () =>
    // A store that cannot be asked now leaves the series out, and must not cost all others.
    (await readings().catch(() => [])).filter(
      ({ provider, depth }) => depth > 0 || providers.get(provider) !== undefined,
    );
  new Gauge({
    ...metricOptions(METRICS.queueDepth, registry),
    async collect() {
      const all = await told();
      this.reset();
      for (const { provider, depth } of all) this.set({ provider }, depth);
    },
  });
  new Gauge({
    ...metricOptions(METRICS.queueOldestAge, registry),
    async collect() {
      const all = await told();
      this.reset();
      const now = clock.now().getTime();
      for (const { provider, oldestQueuedAt } of all) {
        this.set({ provider }, Math.max(0, now - (oldestQueuedAt ?? now)) / 1000);
      }
    },
  });
}
