import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry with the metrics that every process has: CPU, memory, event loop, garbage collection. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
