import { conditionOf } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { SESSION_REASONS } from '@mailprovider/provider/reasons';
import type { AttemptFailure } from '../mail/attempt-result.ts';

/** Since when health has found the provider's server not to work, if it does now. */
export function unhealthySince({ status }: MailProvider): Date | undefined {
  const healthy = conditionOf(status?.conditions, 'Healthy');
  return healthy?.status === 'False' ? new Date(healthy.lastTransitionTime) : undefined;
}

/** Why health has found the provider's server not to work, if it does now. */
export function unhealthyFor({ status }: MailProvider): AttemptFailure | undefined {
  const healthy = conditionOf(status?.conditions, 'Healthy');
  const reason = SESSION_REASONS.find((known) => known === healthy?.reason);
  return healthy?.status === 'False' && reason !== undefined ? { reason } : undefined;
}
