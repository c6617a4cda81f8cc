import type { DeliveryReason, TransactionStage } from './delivery-reasons.ts';
import type { Stage } from './reasons.ts';

const CONNECTING: ReadonlySet<Stage | TransactionStage> = new Set([
  'dns',
  'connect',
  'tls',
  'greeting',
]);

/** A name in CamelCase as the value of a metric label. */
export function snakeCase(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase();
}

/**
 * The metric label value of a reason: its name in snake_case, except that a timeout before the
 * server said anything is `connection_timeout`.
 */
export function metricLabel(reason: DeliveryReason, stage?: Stage | TransactionStage): string {
  if (reason === 'Timeout' && stage !== undefined && CONNECTING.has(stage)) {
    return 'connection_timeout';
  }
  return snakeCase(reason);
}
