import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { MailRecord, MailState } from '../mail/mail-record.ts';
import { expireMails, findMail, insertMail, listMails, repetition, updateMail } from './changes.ts';
import { CommitQueue } from './commit-queue.ts';
import { lockFolder } from './folder-lock.ts';
import {
  type IdempotencyKey,
  type Insertion,
  type MailPage,
  type MailStore,
  StoreError,
} from './mail-store.ts';
import { isMailId, openTables, type Tables } from './tables.ts';

export interface LmdbStoreOptions {
  /** What the data file may grow to. */
  readonly maxBytes?: number;
}

export async function openLmdbStore(
  folder: string,
  _options: LmdbStoreOptions = {},
): Promise<MailStore> {
  await mkdir(folder).catch(() => {});
  const lock = await lockFolder(folder);
  const root = open({ path: join(folder, 'mails.mdb'), overlappingSync: false, mapSize: 2 ** 36 });
  return new LmdbMailStore(folder, root, openTables(root), () => lock.close());
}

/** Records of an expiry that are looked at in one transaction. */
const EXPIRY_PAGE = 200;

class LmdbMailStore implements MailStore {
  readonly #folder: string;
  readonly #root: RootDatabase;
  readonly #tables: Tables;
  readonly #commits: CommitQueue;
  readonly #unlock: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(folder: string, root: RootDatabase, tables: Tables, unlock: () => Promise<void>) {
    this.#folder = folder;
    this.#root = root;
    this.#tables = tables;
    this.#commits = new CommitQueue(root);
    this.#unlock = unlock;
  }

  async insert(mail: MailRecord, content: Uint8Array, key?: IdempotencyKey): Promise<Insertion> {
    const tables = this.#opened();
    const use = key && { id: mail.id, digest: key.digest, keyDigest: digestOf(key) };
    return this.#commits.commit(() => insertMail(tables, mail, content, use));
  }

  async findByKey(
    key: IdempotencyKey,
  ): Promise<Exclude<Insertion, { kind: 'stored' }> | undefined> {
    return repetition(this.#opened(), digestOf(key), key.digest);
  }

  async find(id: string): Promise<MailRecord | undefined> {
    const tables = this.#opened();
    return isMailId(id) ? findMail(tables, id) : undefined;
  }

  async content(id: string): Promise<Uint8Array | undefined> {
    const tables = this.#opened();
    return isMailId(id) ? tables.contents.getBinary(id) : undefined;
  }

  async update(mail: MailRecord): Promise<void> {
    const tables = this.#opened();
    await this.#commits.commit(() => updateMail(tables, mail));
  }

  async list(
    state: MailState,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<MailPage> {
    const found = listMails(this.#opened(), state, after, limit + 1);
    const mails = found.slice(0, limit);
    const last = mails.at(-1);
    return found.length > limit && last ? { mails, next: last.id } : { mails };
  }

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
    await this.#commits.idle();
    await this.#root.close();
    await this.#unlock();
  }

  #opened(): Tables {
    if (this.#closing) throw new StoreError('StoreUnavailable', `${this.#folder} is closed`);
    return this.#tables;
  }
}

function digestOf({ key }: IdempotencyKey): string {
  return createHash('sha256').update(key).digest('base64url');
}
