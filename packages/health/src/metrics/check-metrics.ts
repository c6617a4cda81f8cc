import { metricOptions } from '@mailprovider/process';
import { metricLabel } from '@mailprovider/provider/metric-label';
import { METRICS, type Metric } from '@mailprovider/provider/metric-names';
import { STAGES, type Stage } from '@mailprovider/provider/reasons';
import type { SessionTrace } from '@mailprovider/smtp';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CheckResult } from '../check/check-result.ts';
import { suspensionOf } from '../check/standing-suspension.ts';
import type { HealthStatus } from '../status/derive-status.ts';

/** Milliseconds on a near server; 10 s and a little for a probe that times out; the Secret may take as long again. */
const DURATION_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 12.5, 25];
/** The result of a check that could not be done, because the API server could not be asked. */
const NOT_DONE = 'error';

export interface CheckFigures {
  readonly seconds: number;
  readonly at: Date;
  /** The status that the check led to. */
  readonly status: HealthStatus;
}

/** What health tells Prometheus; the series of a provider exist exactly while it does. */
export interface HealthMetrics {
  checked(provider: string, result: CheckResult, figures: CheckFigures): void;
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

function gauge(metric: Metric, registry: Registry): Gauge {
  return new Gauge(metricOptions(metric, registry));
}

/** EHLO may be said twice; its stage is one. */
function secondsByStage({ stages }: SessionTrace): ReadonlyMap<Stage, number> {
  const sums = new Map<Stage, number>();
  for (const { stage, seconds } of stages) sums.set(stage, (sums.get(stage) ?? 0) + seconds);
  return sums;
}

/** Counts checks by result; remembers which results a provider has had, since a series goes by all its labels only. */
function createResultCounter(registry: Registry) {
  const total = new Counter(metricOptions(METRICS.healthCheckTotal, registry));
  const results = new Map<string, Set<string>>();
  return {
    count(provider: string, result: string) {
      total.inc({ provider, result });
      results.set(provider, (results.get(provider) ?? new Set()).add(result));
    },
    remove(provider: string) {
      for (const result of results.get(provider) ?? []) total.remove({ provider, result });
      results.delete(provider);
    },
  };
}

/** Gauges of one provider each that say what stands in its status. */
function createStatusGauges(registry: Registry) {
  const lastSuccess = gauge(METRICS.lastSuccess, registry);
  const expiry = gauge(METRICS.serverCertificateExpiry, registry);
  const suspended = gauge(METRICS.authSuspended, registry);
  const setTime = (metric: Gauge, provider: string, time: string | undefined) => {
    if (time === undefined) metric.remove({ provider });
    else metric.set({ provider }, Date.parse(time) / 1000);
  };
  return {
    set(provider: string, result: CheckResult, status: HealthStatus) {
      setTime(lastSuccess, provider, status.lastHealthCheck);
      setTime(expiry, provider, status.certificateExpiry);
      const isSuspended = suspensionOf(result, status.authSuspension) !== undefined;
      suspended.set({ provider }, isSuspended ? 1 : 0);
    },
    remove(provider: string) {
      for (const metric of [lastSuccess, expiry, suspended]) metric.remove({ provider });
    },
  };
}

/** What the last probe took. */
function createProbeMetrics(registry: Registry) {
  const lastProbe = gauge(METRICS.lastProbe, registry);
  const stageDuration = gauge(METRICS.probeStageDuration, registry);
  return {
    set(provider: string, trace: SessionTrace, at: Date) {
      lastProbe.set({ provider }, at.getTime() / 1000);
      const seconds = secondsByStage(trace);
      for (const stage of STAGES) {
        const value = seconds.get(stage);
        if (value === undefined) stageDuration.remove({ provider, stage });
        else stageDuration.set({ provider, stage }, value);
      }
    },
    remove(provider: string) {
      lastProbe.remove({ provider });
      for (const stage of STAGES) stageDuration.remove({ provider, stage });
    },
  };
}

export function createHealthMetrics(registry: Registry): HealthMetrics {
  const configured = gauge(METRICS.configured, registry);
  const healthStatus = gauge(METRICS.status, registry);
  const duration = new Histogram({
    ...metricOptions(METRICS.healthCheckDuration, registry),
    buckets: DURATION_BUCKETS,
  });
  const results = createResultCounter(registry);
  const statusGauges = createStatusGauges(registry);
  const probes = createProbeMetrics(registry);
  return {
    checked(provider, result, { seconds, at, status }) {
      const disabled = result.kind === 'disabled';
      configured.remove({ provider, status: disabled ? 'enabled' : 'disabled' });
      configured.set({ provider, status: disabled ? 'disabled' : 'enabled' }, 1);
      healthStatus.set({ provider }, statusValue(result));
      statusGauges.set(provider, result, status);
      const label = resultLabel(result);
      if (label !== undefined) results.count(provider, label);
      if (result.kind !== 'probed') return;
      duration.observe({ provider }, seconds);
      probes.set(provider, result.probe.trace, at);
    },
    notDone: (provider) => results.count(provider, NOT_DONE),
    removed(provider) {
      configured.remove({ provider, status: 'enabled' });
      configured.remove({ provider, status: 'disabled' });
      for (const metric of [healthStatus, duration]) metric.remove({ provider });
      for (const metrics of [results, statusGauges, probes]) metrics.remove(provider);
    },
  };
}
