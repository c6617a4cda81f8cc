import type { MailStore } from '../store/mail-store.ts';
import { afterInterruption, type Moment } from './attempt-outcome.ts';
import type { ProviderQueues } from './provider-queues.ts';

const PAGE = 1_000;

/**
 * Queues every mail that the store holds for delivery; those that a server may have since an earlier
 * process ended are first stored as uncertain.
 *
 * Rejects with `StoreError`.
 */
export async function recoverQueued(
  store: MailStore,
  queues: ProviderQueues,
  moment: () => Moment,
): Promise<number> {
  let recovered = 0;
  let after: string | undefined;
  do {
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const { mails, next } = await store.list('queued', page);
    await Promise.all(
      mails.map(async (stored) => {
        const queue = queues.of(stored.provider);
        const mail = afterInterruption(stored, queues.rulesOf(stored.provider), moment());
        if (mail !== stored) await store.update(mail);
        if (mail.state === 'queued') queue.add(mail);
        else queue.ended(mail);
      }),
    );
    recovered += mails.length;
    after = next;
  } while (after !== undefined);
  return recovered;
}
