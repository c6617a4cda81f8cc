import { createHash } from 'node:crypto';
import type { RootDatabase } from 'lmdb';
import type { MailRecord, MailState } from '../mail/mail-record.ts';
import { expireMails, findMail, insertMail, listMails, repetition, updateMail } from './changes.ts';
import { CommitQueue } from './commit-queue.ts';
import { LocalQueues } from './local-queues.ts';
import {
  type Claims,
  type IdempotencyKey,
  type Insertion,
  type InsertOptions,
  type MailPage,
  type MailStore,
  type MailTaker,
  type QueueReading,
  type Repetition,
  type Requeueing,
  StoreError,
} from './mail-store.ts';
import { type RetentionDeps, startRetention } from './retention.ts';
import type { Room } from './room.ts';
import { storeFailure } from './store-failure.ts';
import { isMailId, type Tables } from './tables.ts';
import type { Transactions } from './transactions.ts';

/** Mails that an expiry looks at in one transaction, which holds the event loop for a few ms. */
const EXPIRY_PAGE = 200;

/** An id is 36 characters long; what is longer may come from a URL, and is too long for a key. */
const MAX_AFTER = 37;

/** An LMDB environment that is open, and what belongs to it. */
export interface OpenStore {
  readonly folder: string;
  readonly root: RootDatabase;
  readonly tables: Tables;
  readonly room: Room;
  readonly transactions: Transactions;
  /** How long ended mails are kept. */
  readonly keep: Omit<RetentionDeps, 'expire'>;
  /** Lets others have the folder. */
  unlock(): Promise<void>;
}

/** Keeps mails in LMDB. Reads see what was committed, which is durable. */
export class LmdbMailStore implements MailStore {
  readonly #store: OpenStore;
  readonly #commits: CommitQueue;
  readonly #queues = new LocalQueues();
  readonly #stopRetention: () => Promise<void>;
  #closing: Promise<void> | undefined;

  /** Throws `StoreError` if a queued mail cannot be read. */
  constructor(store: OpenStore) {
    this.#store = store;
    this.#commits = new CommitQueue((write) => store.transactions.run(write));
    const queued = this.#read((tables) => listMails(tables, 'queued'));
    for (const mail of queued) this.#queues.of(mail.provider).add(mail);
    this.#stopRetention = startRetention({
      ...store.keep,
      expire: (state, endedBefore) => this.expire(state, endedBefore),
    });
  }

  get isWorking(): boolean {
    return !this.#store.transactions.failed;
  }

  async insert(
    mail: MailRecord,
    content: Uint8Array,
    { key, queueSize }: InsertOptions,
  ): Promise<Insertion> {
    if (!isMailId(mail.id)) throw new RangeError('the id of a mail has to be a UUID in lower case');
    const use = key && { id: mail.id, digest: key.digest, keyDigest: digestOf(key) };
    const tables = this.#opened();
    const queue = this.#queues.of(mail.provider);
    if (!queue.reserve(queueSize)) return (key && (await this.findByKey(key))) ?? { kind: 'full' };
    try {
      const giveBack = this.#read(() => this.#store.room.take(content.byteLength));
      const insert = () => insertMail(tables, mail, content, use);
      const insertion = await this.#commits.commit(insert, { adds: true }).finally(giveBack);
      if (insertion.kind === 'stored') queue.add(mail);
      return insertion;
    } finally {
      queue.release();
    }
  }

  async findByKey(key: IdempotencyKey): Promise<Repetition | undefined> {
    return this.#read((tables) => repetition(tables, digestOf(key), key.digest));
  }

  async find(id: string): Promise<MailRecord | undefined> {
    return this.#read((tables) => (isMailId(id) ? findMail(tables, id) : undefined));
  }

  async content(id: string): Promise<Uint8Array | undefined> {
    return this.#read(({ contents }) => (isMailId(id) ? contents.getBinary(id) : undefined));
  }

  async update(mail: MailRecord): Promise<MailRecord | undefined> {
    const tables = this.#opened();
    const replaced = await this.#commits.commit(() => updateMail(tables, mail));
    if (replaced === undefined) return undefined;
    const { after } = replaced;
    if (after.state !== 'queued') this.#queues.of(after.provider).delete(after.id);
    return after;
  }

  async requeue(mail: MailRecord, queueSize: number): Promise<Requeueing> {
    const tables = this.#opened();
    const queue = this.#queues.of(mail.provider);
    if (!queue.reserve(queueSize)) return { kind: 'full' };
    try {
      const replaced = await this.#commits.commit(() => updateMail(tables, mail));
      if (replaced === undefined) return { kind: 'changed' };
      const { before, after } = replaced;
      this.#queues.of(before.provider).delete(after.id);
      queue.add(after);
      return { kind: 'queued', mail: after };
    } finally {
      queue.release();
    }
  }

  async list(
    state: MailState,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<MailPage> {
    const page = { after: after?.slice(0, MAX_AFTER), limit: limit + 1 };
    const found = this.#read((tables) => listMails(tables, state, page));
    const mails = found.slice(0, limit);
    const last = mails.at(-1);
    return found.length > limit && last ? { mails, next: last.id } : { mails };
  }

  async readings(): Promise<readonly QueueReading[]> {
    return this.#queues.readings();
  }

  claim(provider: string, taker: MailTaker): Claims {
    return this.#queues.of(provider).claim(taker);
  }

  /** Removes mails of a state that ended (`dueAt`) before a time, with their keys; returns how many. */
  async expire(state: Exclude<MailState, 'queued'>, endedBefore: number): Promise<number> {
    let removed = 0;
    let after: string | undefined;
    do {
      const tables = this.#opened();
      const page = { ...(after !== undefined && { after }), limit: EXPIRY_PAGE };
      const step = await this.#commits.commit(() => expireMails(tables, state, endedBefore, page));
      removed += step.removed;
      after = step.next;
    } while (after !== undefined);
    return removed;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#commits.idle(), this.#stopRetention()]);
    await this.#store.root.close();
    await this.#store.unlock();
  }

  #read<T>(read: (tables: Tables) => T): T {
    const tables = this.#opened();
    try {
      return read(tables);
    } catch (error) {
      throw storeFailure(this.#store.folder, error);
    }
  }

  #opened(): Tables {
    if (this.#closing) throw new StoreError('StoreUnavailable', `${this.#store.folder} was closed`);
    return this.#store.tables;
  }
}

function digestOf({ key }: IdempotencyKey): string {
  return createHash('sha256').update(key).digest('base64url');
}
