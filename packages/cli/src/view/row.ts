import { conditionOf } from '@mailprovider/provider/conditions';
import { fieldsAt } from '@mailprovider/provider/fields';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** What is shown of one provider: the columns of `kubectl get mailprovider` and why it is so. */
export interface Row {
  readonly name: string;
  readonly host: string;
  readonly port: string;
  readonly default: string;
  readonly ready: string;
  readonly createdAt: Date;
  readonly healthy: string;
  readonly reason: string;
  readonly message: string;
}

/** The condition that tells most: of a failure its cause, not its consequence. */
function tellingCondition({ status }: MailProvider) {
  const [ready, healthy, passwordLoaded] = ['Ready', 'Healthy', 'PasswordLoaded'].map((type) =>
    conditionOf(status?.conditions, type),
  );
  switch (ready?.reason) {
    case 'ValidationFailed':
    case 'Disabled':
      return ready;
    case 'PasswordNotLoaded':
      return passwordLoaded;
    default:
      return healthy;
  }
}

export function rowOf(provider: MailProvider): Row {
  const { metadata, spec, status } = provider;
  const smtp = fieldsAt(spec, 'smtp');
  const telling = tellingCondition(provider);
  return {
    name: metadata.name,
    host: String(smtp['host']),
    port: String(smtp['port']),
    default: String(fieldsAt({ spec }, 'spec')['default']),
    ready: conditionOf(status?.conditions, 'Ready')?.status ?? 'Unknown',
    createdAt: new Date(metadata.creationTimestamp ?? 0),
    healthy: conditionOf(status?.conditions, 'Healthy')?.status ?? 'Unknown',
    reason: telling?.reason ?? 'Pending',
    message: telling?.message ?? '',
  };
}
