import { conditionOf } from '@mailprovider/provider/conditions';
import { fieldsAt } from '@mailprovider/provider/fields';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** What is shown of one provider: the columns of `kubectl get mailprovider -o wide` and why it is so. */
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
  /** Why the last mail was not sent; empty if it was, or there was none. */
  readonly lastSendError: string;
}

export function rowOf(provider: MailProvider): Row {
  const { metadata, spec, status } = provider;
  const smtp = fieldsAt(spec, 'smtp');
  const ready = conditionOf(status?.conditions, 'Ready');
  const healthy = conditionOf(status?.conditions, 'Healthy');
  return {
    name: metadata.name,
    host: String(smtp['host']),
    port: String(smtp['port']),
    default: String(fieldsAt({ spec }, 'spec')['default']),
    ready: ready?.status ?? 'Unknown',
    createdAt: new Date(metadata.creationTimestamp ?? 0),
    healthy: healthy?.status ?? 'Unknown',
    reason: healthy?.reason ?? 'Pending',
    message: (ready?.status === 'True' ? healthy : ready)?.message ?? '',
    lastSendError: status?.lastSendError ?? '',
  };
}
