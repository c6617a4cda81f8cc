import { conditionOf } from '@mailprovider/provider/conditions';
import type { CheckResult } from '../check/check-result.ts';
import { suspensionOf } from '../check/standing-suspension.ts';
import type { HealthStatus } from './derive-status.ts';

/** What the log tells of a check; nothing in it is the server's text. */
export function logFields(
  provider: string,
  result: CheckResult,
  { conditions, authSuspension }: HealthStatus,
  seconds: number,
): Readonly<Record<string, unknown>> {
  const healthy = conditionOf(conditions, 'Healthy');
  const failure =
    result.kind === 'probed' && !result.probe.healthy ? result.probe.failure : undefined;
  return {
    provider,
    result: result.kind,
    ready: conditionOf(conditions, 'Ready')?.status,
    healthy: healthy?.status,
    reason: healthy?.reason,
    stage: failure?.stage,
    code: failure?.code,
    authSuspendedUntil: suspensionOf(result, authSuspension)?.until,
    seconds: Number(seconds.toFixed(3)),
  };
}
