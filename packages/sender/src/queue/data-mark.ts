import type { MailRecord } from '../mail/mail-record.ts';
import type { MailStore } from '../store/mail-store.ts';

/** Somebody else changed a mail that was to be delivered. */
export class MailLost extends Error {
  override readonly name = 'MailLost';
}

/**
 * The durable mark that a server may have a mail. It is begun with the attempt, so that no session waits
 * for the disk; where an uncertain mail is given up, only when the server asks for the content.
 */
export class DataMark {
  readonly #store: Pick<MailStore, 'update'>;
  readonly #mail: MailRecord;
  #marking: Promise<MailRecord | undefined> | undefined;

  constructor(store: Pick<MailStore, 'update'>, mail: MailRecord) {
    this.#store = store;
    this.#mail = mail;
  }

  begin(): void {
    this.#marking ??= this.#store.update({ ...this.#mail, dataStarted: true });
    this.#marking.catch(() => undefined);
  }

  /** Resolves once the mark is durable. Rejects with `MailLost`, or with `StoreError`. */
  async made(): Promise<void> {
    this.begin();
    if ((await this.#marking) === undefined) throw new MailLost();
  }

  /** The mail as it is stored by now: as it was where the mark was not begun or failed, nothing if it is lost. */
  async result(): Promise<MailRecord | undefined> {
    return this.#marking === undefined ? this.#mail : this.#marking.catch(() => this.#mail);
  }
}
