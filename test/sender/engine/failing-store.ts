import {
  type IdempotencyKey,
  type MailStore,
  StoreError,
} from '@mailprovider/sender/store/mail-store';

type Change = Parameters<MailStore['update']>[0];

/** A store that fails when it is told to, as a disk does that is full or cannot be read. */
export class FailingStore implements MailStore {
  readonly #store: MailStore;
  /** Whether a call is to fail. */
  fails: (
    call: 'find' | 'update' | 'requeue',
    mail: Pick<Change, 'id' | 'dataStarted'>,
  ) => boolean = () => false;

  constructor(store: MailStore) {
    this.#store = store;
  }

  get isWorking(): boolean {
    return this.#store.isWorking;
  }

  insert(...mail: Parameters<MailStore['insert']>): ReturnType<MailStore['insert']> {
    return this.#store.insert(...mail);
  }

  findByKey(key: IdempotencyKey): ReturnType<MailStore['findByKey']> {
    return this.#store.findByKey(key);
  }

  async find(id: string): ReturnType<MailStore['find']> {
    this.#perhapsFail('find', { id, dataStarted: false });
    return this.#store.find(id);
  }

  content(id: string): Promise<Uint8Array | undefined> {
    return this.#store.content(id);
  }

  async update(mail: Change): ReturnType<MailStore['update']> {
    this.#perhapsFail('update', mail);
    return this.#store.update(mail);
  }

  async requeue(...mail: Parameters<MailStore['requeue']>): ReturnType<MailStore['requeue']> {
    this.#perhapsFail('requeue', mail[0]);
    return this.#store.requeue(...mail);
  }

  list(...page: Parameters<MailStore['list']>): ReturnType<MailStore['list']> {
    return this.#store.list(...page);
  }

  readings(): ReturnType<MailStore['readings']> {
    return this.#store.readings();
  }

  claim(...claim: Parameters<MailStore['claim']>): ReturnType<MailStore['claim']> {
    return this.#store.claim(...claim);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #perhapsFail(
    call: 'find' | 'update' | 'requeue',
    mail: Pick<Change, 'id' | 'dataStarted'>,
  ): void {
    if (this.fails(call, mail)) throw new StoreError('StoreUnavailable', 'the store fails');
  }
}
