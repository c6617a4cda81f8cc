import type { Leadership } from '@mailprovider/kube';
import { metricOptions } from '@mailprovider/process';
import { METRICS } from '@mailprovider/provider/metric-names';
import { Gauge, type Registry } from 'prom-client';

/** What is known of the default when the metrics are read. */
export interface DefaultCount {
  /** Enabled providers with `default: true`. */
  readonly candidates: number;
  /** Unknown until the claim is. */
  readonly elected: string | undefined;
}

/** Tells how many want to be the default and who it is, whenever the metrics are read. */
export function registerDefaultMetrics(registry: Registry, read: () => DefaultCount): void {
  new Gauge({
    ...metricOptions(METRICS.defaultProviders, registry),
    collect() {
      this.set(read().candidates);
    },
  });
  new Gauge({
    ...metricOptions(METRICS.electedDefault, registry),
    collect() {
      const { elected } = read();
      this.reset();
      if (elected !== undefined) this.set({ provider: elected }, 1);
    },
  });
}

/** The same work of a leader; under the name that client-go gave it a metric tells whether it is under way. */
export function measuredLeadership(
  registry: Registry,
  name: string,
  lead: (leadership: Leadership) => Promise<void>,
): (leadership: Leadership) => Promise<void> {
  const leading = new Gauge(metricOptions(METRICS.leader, registry));
  leading.set({ name }, 0);
  return async (leadership) => {
    leading.set({ name }, 1);
    await lead(leadership).finally(() => leading.set({ name }, 0));
  };
}
