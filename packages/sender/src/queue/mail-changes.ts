import type { Clock } from '@mailprovider/process';
import { QUEUE_SIZE_MAX } from '@mailprovider/provider/schema';
import type { MailRecord } from '../mail/mail-record.ts';
import type { ProviderSource } from '../ports.ts';
import { queueFull, shuttingDown, storeUnavailable } from '../refusals.ts';
import { usableProvider } from '../selection/usable-provider.ts';
import type { ChangeResult } from '../sender.ts';
import { type MailStore, StoreError } from '../store/mail-store.ts';
import { queuedAnew } from './attempt-outcome.ts';
import type { ProviderQueues } from './provider-queues.ts';

const UNDER_WAY = 'an attempt to deliver the mail is under way';

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
    if (mail.dataStarted) return conflict(UNDER_WAY);
    const { queues, store, clock } = this.#deps;
    const queue = queues.of(mail.provider);
    const waited = queue.take(mail.id);
    const now = clock.now().getTime();
    try {
      const cancelled = await store.update({ ...mail, state: 'cancelled', dueAt: now });
      if (cancelled === undefined) {
        if (waited) queue.add(mail);
        return conflict(UNDER_WAY);
      }
      queue.ended(cancelled);
      return { kind: 'changed', mail: cancelled };
    } catch (error) {
      if (waited) queue.add(mail);
      throw error;
    }
  }

  async #retry(mail: MailRecord): Promise<ChangeResult> {
    if (mail.state !== 'dead') return conflict(`the mail is ${mail.state}, not a dead letter`);
    const { providers, queues, store, clock } = this.#deps;
    const again = queuedAnew(mail, clock.now().getTime());
    // Nobody may deliver for a provider that is gone since before the start.
    queues.of(again.provider);
    const usability = usableProvider(providers, again.provider);
    const limit = usability.usable ? usability.spec.retry.queueSize : QUEUE_SIZE_MAX;
    const requeueing = await store.requeue(again, limit);
    switch (requeueing.kind) {
      case 'queued':
        return { kind: 'changed', mail: requeueing.mail };
      case 'full':
        return queueFull(again.provider, limit);
      case 'changed':
        return conflict('another change of the mail is under way');
    }
  }
}

function conflict(message: string): ChangeResult {
  return { kind: 'conflict', message };
}
