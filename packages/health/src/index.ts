export {
  type CheckDeps,
  type CheckLimits,
  checkProvider,
  checkServer,
} from './check/check-provider.ts';
export type { CheckResult, ProbeFinding, ServerCheckResult } from './check/check-result.ts';
export { type EngineDeps, HealthEngine } from './engine.ts';
export { createHealthMetrics, type HealthMetrics } from './metrics/check-metrics.ts';
export type { EventSink, StatusWriter } from './ports.ts';
export {
  DEFAULT_CONCURRENCY,
  DEFAULT_INTERVALS,
  type Intervals,
  PROBE_TIMEOUT_MS,
} from './schedule.ts';
export { deriveStatus, type HealthStatus } from './status/derive-status.ts';
