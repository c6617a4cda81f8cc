import { metricOptions } from '@mailprovider/process';
import { METRICS } from '@mailprovider/provider/metric-names';
import { Gauge, type Registry } from 'prom-client';
import type { BreakerReading } from '../observer.ts';

/** Tells which breakers are open, whenever the metrics are read. */
export function registerBreakerMetric(
  registry: Registry,
  readings: () => readonly BreakerReading[],
): void {
  new Gauge({
    ...metricOptions(METRICS.breakerOpen, registry),
    collect() {
      this.reset();
      for (const { provider, isOpen } of readings()) this.set({ provider }, isOpen ? 1 : 0);
    },
  });
}
