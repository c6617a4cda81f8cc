import { setTimeout as pause } from 'node:timers/promises';
import type { MailRecord } from '@mailprovider/sender/mail/mail-record';
import type { Claims, MailStore } from '@mailprovider/sender/store/mail-store';

/** How often a mail was delivered, and whether that began with its data said to be begun. */
interface Delivery {
  count: number;
  marked: boolean;
}

/** Delivers all mails of a provider as a sender does, by several stores; what it returns fills. */
export function deliverAll(
  stores: readonly MailStore[],
  provider: string,
  room: number,
): ReadonlyMap<string, Delivery> {
  const delivered = new Map<string, Delivery>();
  for (const store of stores) claimFrom(store);
  return delivered;

  function claimFrom(store: MailStore): void {
    let held = 0;
    const claims: Claims = store.claim(provider, {
      claimed(mail) {
        held += 1;
        void deliver(store, mail).finally(() => {
          held -= 1;
          claims.request(room - held);
        });
      },
    });
    claims.request(room);
  }

  async function deliver(store: MailStore, mail: MailRecord): Promise<void> {
    const marked = await insist(() => store.update({ ...mail, dataStarted: true }));
    if (!marked) return;
    const delivery = delivered.get(mail.id) ?? { count: 0, marked: false };
    delivery.count += 1;
    delivery.marked ||= mail.dataStarted;
    delivered.set(mail.id, delivery);
    await insist(() => store.update({ ...marked, dataStarted: false, state: 'sent' }));
  }
}

/** Until the store takes it, as the sender does. */
async function insist<T>(change: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await change();
    } catch {
      await pause(200);
    }
  }
}
