import type { MailRecord } from '../mail/mail-record.ts';
import type { Claims, MailTaker, QueueReading } from './mail-store.ts';

/** The queued mails of one provider in a store that no other process has open. */
export class LocalQueue {
  readonly #provider: string;
  /** When each was queued, in milliseconds since the epoch; the oldest first, as a rule. */
  readonly #queuedAt = new Map<string, number>();
  /** Those that nobody was there to take. */
  readonly #unclaimed = new Map<string, MailRecord>();
  /** Room that was promised to others. */
  #reserved = 0;
  #taker: MailTaker | undefined;

  constructor(provider: string) {
    this.#provider = provider;
  }

  /** Makes room for one mail, if there are fewer than `limit`; `release` follows. */
  reserve(limit: number): boolean {
    if (this.#queuedAt.size + this.#reserved >= limit) return false;
    this.#reserved += 1;
    return true;
  }

  /** Gives reserved room back. */
  release(): void {
    this.#reserved -= 1;
  }

  add(mail: MailRecord): void {
    this.#queuedAt.set(mail.id, mail.queuedAt);
    if (this.#taker === undefined) this.#unclaimed.set(mail.id, mail);
    else this.#taker.claimed(mail);
  }

  delete(id: string): void {
    this.#queuedAt.delete(id);
    this.#unclaimed.delete(id);
  }

  claim(taker: MailTaker): Claims {
    let stopped = false;
    queueMicrotask(() => {
      if (!stopped) this.#handOver(taker);
    });
    return {
      request() {},
      giveBack: () => false,
      stop: () => {
        stopped = true;
        this.#taker = undefined;
      },
    };
  }

  reading(): QueueReading {
    let oldestQueuedAt: number | undefined;
    for (const at of this.#queuedAt.values()) {
      if (oldestQueuedAt === undefined || at < oldestQueuedAt) oldestQueuedAt = at;
    }
    return { provider: this.#provider, depth: this.#queuedAt.size, oldestQueuedAt };
  }

  #handOver(taker: MailTaker): void {
    this.#taker = taker;
    const mails = [...this.#unclaimed.values()];
    this.#unclaimed.clear();
    for (const mail of mails) taker.claimed(mail);
  }
}
