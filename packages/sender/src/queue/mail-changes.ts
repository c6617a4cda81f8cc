import type { Clock } from '@mailprovider/process';
import type { MailRecord } from '../mail/mail-record.ts';
import type { ProviderSource } from '../ports.ts';
import { queueFull, shuttingDown, storeUnavailable } from '../refusals.ts';
import { usableProvider } from '../selection/usable-provider.ts';
import type { ChangeResult } from '../sender.ts';
import { type MailStore, StoreError } from '../store/mail-store.ts';
import { queuedAnew } from './attempt-outcome.ts';
import type { ProviderQueues } from './provider-queues.ts';

export interface MailChangesDeps {
  readonly store: MailStore;
  readonly providers: ProviderSource;
  readonly queues: ProviderQueues;
  readonly clock: Clock;
}

/** What people change: a mail that waits is cancelled, a dead letter queued anew. */
export class MailChanges {
  readonly #deps: MailChangesDeps;
  /** Mails that are being changed. */
  readonly #busy = new Set<string>();
  #closed = false;

  constructor(deps: MailChangesDeps) {
    this.#deps = deps;
  }

  close(): void {
    this.#closed = true;
  }

  cancel(id: string): Promise<ChangeResult> {
    return this.#change(id, (mail) => this.#cancel(mail));
  }

  retry(id: string): Promise<ChangeResult> {
    return this.#change(id, (mail) => this.#retry(mail));
  }

  /** One change of a mail at a time. */
  async #change(
    id: string,
    change: (mail: MailRecord) => Promise<ChangeResult>,
  ): Promise<ChangeResult> {
    if (this.#closed) return shuttingDown();
    if (this.#busy.has(id)) return conflict('another change of the mail is under way');
    this.#busy.add(id);
    try {
      const mail = await this.#deps.store.find(id);
      return mail === undefined ? { kind: 'not-found' } : await change(mail);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return storeUnavailable();
    } finally {
      this.#busy.delete(id);
    }
  }

  async #cancel(mail: MailRecord): Promise<ChangeResult> {
    if (mail.state !== 'queued') return conflict(`the mail is ${mail.state}, not queued`);
    const queue = this.#deps.queues.of(mail.provider);
    if (!queue.take(mail.id)) return conflict('an attempt to deliver the mail is under way');
    const now = this.#deps.clock.now().getTime();
    const cancelled: MailRecord = { ...mail, state: 'cancelled', dueAt: now };
    try {
      await this.#deps.store.update(cancelled);
    } catch (error) {
      queue.add(mail);
      throw error;
    }
    queue.ended(cancelled);
    return { kind: 'changed', mail: cancelled };
  }

  async #retry(mail: MailRecord): Promise<ChangeResult> {
    if (mail.state !== 'dead') return conflict(`the mail is ${mail.state}, not a dead letter`);
    const { queues, providers, store, clock } = this.#deps;
    const queue = queues.of(mail.provider);
    const usability = usableProvider(providers, mail.provider);
    const limit = usability.usable ? usability.spec.retry.queueSize : Number.POSITIVE_INFINITY;
    if (!queue.backlog.reserve(limit)) return queueFull(mail.provider, limit);
    try {
      const again = queuedAnew(mail, clock.now().getTime());
      await store.update(again);
      queue.add(again);
      return { kind: 'changed', mail: again };
    } finally {
      queue.backlog.release();
    }
  }
}

function conflict(message: string): ChangeResult {
  return { kind: 'conflict', message };
}
