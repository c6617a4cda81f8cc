import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry with the metrics that every process has: CPU, memory, event loop, garbage collection. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

interface DescribedMetric {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** What prom-client makes a metric of. */
export function metricOptions({ name, help, labels }: DescribedMetric, registry: Registry) {
  return { name, help, labelNames: labels, registers: [registry] };
}
