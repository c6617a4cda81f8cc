import { setMaxListeners } from 'node:events';
import type { Clock, Logger } from '@mailprovider/process';
import type { MailRecord } from '../mail/mail-record.ts';
import { logStoreFailure } from '../store/log-store-failure.ts';
import type { MailStore } from '../store/mail-store.ts';

/** A full disk or a store that fails is asked again after so long. */
const PAUSE_MS = 1_000;

/**
 * Stores records until the store takes them: what an attempt found out is not found out twice, since
 * that would be a second copy for the recipients.
 */
export class StoredUpdates {
  readonly #store: MailStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor({
    store,
    clock,
    logger,
  }: {
    readonly store: MailStore;
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    setMaxListeners(0, this.#stop.signal);
  }

  /** Calls back with the record when it is durable; with nothing if somebody else changed the mail before. */
  store(mail: MailRecord, settled: (mail: MailRecord | undefined) => void): void {
    const update = this.#repeat(mail, settled).finally(() => this.#underWay.delete(update));
    this.#underWay.add(update);
  }

  /** Tries once more what has failed, and then gives up. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#underWay);
  }

  async #repeat(mail: MailRecord, settled: (mail: MailRecord | undefined) => void): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      const isLast = this.#stop.signal.aborted;
      try {
        settled(await this.#store.update(mail));
        return;
      } catch (error) {
        if (failures === 0) logStoreFailure(this.#logger, error, mail.id);
        if (isLast) return;
        await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(PAUSE_MS, done);
      function done() {
        signal.removeEventListener('abort', done);
        cancel();
        resolve();
      }
      if (signal.aborted) done();
      else signal.addEventListener('abort', done);
    });
  }
}
