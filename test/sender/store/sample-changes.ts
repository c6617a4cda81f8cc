import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import type { IdempotencyKey, Insertion, MailStore } from '@mailprovider/sender/store/mail-store';

/** As large as `spec.retry.queueSize` may be. */
export const QUEUE_SIZE = 10_000;

export function insert(
  store: Pick<MailStore, 'insert'>,
  mail: MailRecord,
  content: Uint8Array,
  key?: IdempotencyKey,
): Promise<Insertion> {
  return store.insert(mail, content, { queueSize: QUEUE_SIZE, ...(key && { key }) });
}

/** Updates a mail that nobody else changes. */
export async function change(
  store: Pick<MailStore, 'update'>,
  mail: MailRecord,
): Promise<MailRecord> {
  const changed = await store.update(mail);
  if (changed === undefined) throw new Error(`${mail.id} was changed by someone else`);
  return changed;
}
