import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import { metricLabel } from '@mailprovider/provider/reasons';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CheckResult } from './check-result.ts';

/** Milliseconds on a near server; 10 s and a little for a probe that times out; the Secret may take as long again. */
const DURATION_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 12.5, 25];
/** The result of a check that could not be done, because the API server could not be asked. */
const NOT_DONE = 'error';

/** What health tells Prometheus; the series of a provider exist exactly while it does. */
export interface HealthMetrics {
  checked(provider: string, result: CheckResult, seconds: number): void;
  notDone(provider: string): void;
  removed(provider: string): void;
}

function resultLabel(result: CheckResult): string | undefined {
  switch (result.kind) {
    case 'invalid':
    case 'disabled':
      return undefined;
    case 'password-not-loaded':
      return metricLabel(result.password.reason);
    case 'probed': {
      if (result.probe.healthy) return 'success';
      return metricLabel(result.probe.failure.reason, result.probe.failure.stage);
    }
  }
}

function statusValue(result: CheckResult): number {
  if (result.kind === 'disabled') return -1;
  return result.kind === 'probed' && result.probe.healthy ? 1 : 0;
}

function optionsOf({ name, help, labels }: Metric, registers: Registry[]) {
  return { name, help, labelNames: labels, registers };
}

/** Counts the enabled defaults whenever the metrics are read. */
export function registerDefaultProviders(registry: Registry, count: () => number): void {
  const options = optionsOf(METRICS.defaultProviders, [registry]);
  new Gauge({
    ...options,
    collect() {
      this.set(count());
    },
  });
}

export function createHealthMetrics(registry: Registry): HealthMetrics {
  const registers = [registry];
  const configured = new Gauge(optionsOf(METRICS.configured, registers));
  const total = new Counter(optionsOf(METRICS.healthCheckTotal, registers));
  const duration = new Histogram({
    ...optionsOf(METRICS.healthCheckDuration, registers),
    buckets: DURATION_BUCKETS,
  });
  const status = new Gauge(optionsOf(METRICS.status, registers));
  /** The results a provider has had: prom-client removes a series by all its labels only. */
  const results = new Map<string, Set<string>>();

  const count = (provider: string, result: string) => {
    total.inc({ provider, result });
    results.set(provider, (results.get(provider) ?? new Set()).add(result));
  };

  return {
    checked(provider, result, seconds) {
      const disabled = result.kind === 'disabled';
      configured.remove({ provider, status: disabled ? 'enabled' : 'disabled' });
      configured.set({ provider, status: disabled ? 'disabled' : 'enabled' }, 1);
      status.set({ provider }, statusValue(result));
      const label = resultLabel(result);
      if (label === undefined) return;
      count(provider, label);
      if (result.kind === 'probed') duration.observe({ provider }, seconds);
    },
    notDone: (provider) => count(provider, NOT_DONE),
    removed(provider) {
      configured.remove({ provider, status: 'enabled' });
      configured.remove({ provider, status: 'disabled' });
      status.remove({ provider });
      duration.remove({ provider });
      for (const result of results.get(provider) ?? []) total.remove({ provider, result });
      results.delete(provider);
    },
  };
}
