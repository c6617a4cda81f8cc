import { METRICS } from '@mailprovider/provider/metric-names';
import { Gauge, type Registry } from 'prom-client';
import { optionsOf } from './metrics.ts';

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
    ...optionsOf(METRICS.defaultProviders, registry),
    collect() {
      this.set(read().candidates);
    },
  });
  new Gauge({
    ...optionsOf(METRICS.electedDefault, registry),
    collect() {
      const { elected } = read();
      this.reset();
      if (elected !== undefined) this.set({ provider: elected }, 1);
    },
  });
}

/** Tells whether this process leads, under the name that client-go gave it. */
export function registerLeaderMetric(registry: Registry, name: string, leads: () => boolean): void {
  new Gauge({
    ...optionsOf(METRICS.leader, registry),
    collect() {
      this.set({ name }, leads() ? 1 : 0);
    },
  });
}
