import { type DeliveryReason, TRANSACTION_REASONS } from '@mailprovider/provider/delivery-reasons';
import type { MailRecord } from '../mail/mail-record.ts';
import type { MailStore } from '../store/mail-store.ts';
import { afterInterruption, type Moment } from './attempt-outcome.ts';
import type { ProviderQueues } from './provider-queues.ts';
import { longestPauseMs } from './retry-policy.ts';

const PAGE = 1_000;

const SAID_OF_MAILS: ReadonlySet<DeliveryReason> = new Set([...TRANSACTION_REASONS, 'Interrupted']);

/**
 * Queues every mail that the store holds for delivery; those that a server may have since an earlier
 * process ended are first stored as uncertain. What waited for a server or a provider need not wait
 * for its turn; a mail that is due later than any pause lasts was put off by a clock that was wrong.
 *
 * Rejects with `StoreError`.
 */
export async function recoverQueued(
  store: MailStore,
  queues: ProviderQueues,
  moment: () => Moment,
): Promise<void> {
  let after: string | undefined;
  do {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const { mails, next } = await store.list('queued', page);
    await Promise.all(mails.map(recover));
    after = next;
  } while (after !== undefined);

  async function recover(stored: MailRecord): Promise<void> {
    const queue = queues.of(stored.provider);
    const rules = queues.rulesOf(stored.provider);
    const { now, random } = moment();
    const mail = afterInterruption(stored, rules, { now, random });
    if (mail !== stored) await store.update(mail);
    const latest = waitedForServer(mail) ? now : now + longestPauseMs(rules.retry);
    if (mail.state === 'queued') queue.add({ ...mail, dueAt: Math.min(mail.dueAt, latest) });
    else queue.ended(mail);
  }
}

/** Whether no server was there to say anything of the mail, when it was last tried. */
function waitedForServer({ recipients }: MailRecord): boolean {
  return recipients.some(
    ({ outcome, reason }) =>
      outcome === 'deferred' && reason !== undefined && !SAID_OF_MAILS.has(reason),
  );
}
