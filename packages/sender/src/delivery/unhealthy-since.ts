import { conditionOf } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** Since when health has found the provider's server not to work, if it does now. */
export function unhealthySince({ status }: MailProvider): Date | undefined {
  const healthy = conditionOf(status?.conditions, 'Healthy');
  return healthy?.status === 'False' ? new Date(healthy.lastTransitionTime) : undefined;
}
