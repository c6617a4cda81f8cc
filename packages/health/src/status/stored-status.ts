import { isDeepStrictEqual } from 'node:util';
import { conditionOf } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderStatus } from '@mailprovider/provider/status-schema';
import type { HealthStatus } from './derive-status.ts';

/** The fields beside the conditions. */
const FIELDS = [
  'observedGeneration',
  'lastHealthCheck',
  'certificateExpiry',
  'authSuspension',
] as const;

/** Whether the stored conditions say the same; those of other types are not ours. */
export function showsConditions(
  stored: MailProviderStatus | undefined,
  { conditions }: HealthStatus,
): boolean {
  return conditions.every((condition) =>
    isDeepStrictEqual(conditionOf(stored?.conditions, condition.type), condition),
  );
}

/** Whether to store this status would change nothing. */
export function shows(stored: MailProviderStatus | undefined, status: HealthStatus): boolean {
  return (
    FIELDS.every((field) => isDeepStrictEqual(stored?.[field], status[field])) &&
    showsConditions(stored, status)
  );
}

/** The provider as it is stored once this status was written. */
export function withStatus(provider: MailProvider, status: HealthStatus): MailProvider {
  const removed = { certificateExpiry: undefined, authSuspension: undefined };
  return { ...provider, status: { ...provider.status, ...removed, ...status } };
}
