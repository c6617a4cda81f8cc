import { KeyTurns } from '../intake/key-turns.ts';
import type { MailRecord, MailState } from '../mail/mail-record.ts';
import { logStoreFailure } from '../store/log-store-failure.ts';
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
} from '../store/mail-store.ts';
import { storeFailure } from './failure.ts';
import { type Keys, keyDigest } from './keys.ts';
import { Listings } from './listings.ts';
import { MailChanges, type MailChangesDeps } from './mail-changes.ts';
import { isMailId } from './names.ts';
import { sweepOrphans } from './orphans.ts';
import { ProviderClaims, type ProviderClaimsDeps } from './provider-claims.ts';
import type { StoredMail } from './token.ts';

export interface JetStreamParts extends MailChangesDeps, Omit<ProviderClaimsDeps, 'turns'> {
  /** Addresses, without credentials. */
  readonly servers: string;
  readonly keys: Keys;
}

/** Keeps mails in NATS JetStream, which any number of processes share. */
export class JetStreamMailStore implements MailStore {
  readonly #parts: JetStreamParts;
  readonly #changes: MailChanges;
  readonly #listings: Listings;
  readonly #turns = new KeyTurns();
  readonly #find = async (id: string, stream?: string) =>
    (await this.#changes.find(id, stream))?.mail;
  readonly #claims: ProviderClaims[] = [];
  readonly #stopSweep: () => Promise<void>;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor(parts: JetStreamParts) {
    this.#parts = parts;
    this.#changes = new MailChanges(parts);
    this.#stopSweep = sweepOrphans(parts);
    this.#listings = new Listings({ ...parts, find: this.#find });
  }

  get isWorking(): boolean {
    return !this.#parts.calls.connection.isClosed() || this.#closing !== undefined;
  }

  async insert(
    mail: MailRecord,
    content: Uint8Array,
    { key, queueSize }: InsertOptions,
  ): Promise<Insertion> {
    if (!isMailId(mail.id)) throw new RangeError('the id of a mail has to be a UUID in lower case');
    return this.#run(async () => {
      await this.#parts.layout.ensureStream(mail.provider, queueSize);
      const stored = await this.#prepared(mail, content, key);
      const insertion = await this.#queue(stored, content, { queueSize, ...(key && { key }) });
      const isStored = insertion.kind === 'stored';
      if (!isStored && stored.chunks > 0) await this.#parts.contents.purge(mail.id);
      return insertion;
    });
  }

  findByKey(key: IdempotencyKey): Promise<Repetition | undefined> {
    return this.#run(() => this.#parts.keys.find(key, this.#find));
  }

  find(id: string): Promise<MailRecord | undefined> {
    return this.#run(async () => (isMailId(id) ? (await this.#changes.find(id))?.mail : undefined));
  }

  content(id: string): Promise<Uint8Array | undefined> {
    return this.#run(async () => (isMailId(id) ? this.#changes.content(id) : undefined));
  }

  update(mail: MailRecord): Promise<MailRecord | undefined> {
    return this.#run(async () => {
      if (!isMailId(mail.id)) return undefined;
      const written = await this.#turns.take(mail.id, () => this.#changes.update(mail));
      if (written && mail.state !== 'queued') this.#finish(written);
      return written?.mail;
    });
  }

  requeue(mail: MailRecord, queueSize: number): Promise<Requeueing> {
    return this.#run(() => this.#turns.take(mail.id, () => this.#changes.requeue(mail, queueSize)));
  }

  list(
    state: MailState,
    { after = '', limit }: { readonly after?: string; readonly limit: number },
  ): Promise<MailPage> {
    return this.#run(() => this.#listings.list(state, after, limit));
  }

  readings(): Promise<readonly QueueReading[]> {
    return this.#run(() => this.#parts.queued.readings());
  }

  claim(provider: string, taker: MailTaker): Claims {
    const claims = new ProviderClaims({ ...this.#parts, turns: this.#turns }, provider, taker);
    this.#claims.push(claims);
    return claims;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { claimed, calls } = this.#parts;
    await Promise.all([this.#stopSweep(), ...this.#claims.map((claims) => claims.stopped())]);
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    const now = Date.now();
    for (const { stored } of claimed.all()) {
      claimed.giveBack(stored.mail.id, Math.max(0, stored.mail.dueAt - now));
    }
    claimed.close();
    await calls.close();
  }

  async #prepared(
    mail: MailRecord,
    content: Uint8Array,
    key: IdempotencyKey | undefined,
  ): Promise<StoredMail> {
    const { contents, inlineBytes } = this.#parts;
    const chunks = content.byteLength <= inlineBytes ? 0 : await contents.put(mail.id, content);
    return { format: 1, hop: 1, base: 0, chunks, ...(key && { key: keyDigest(key) }), mail };
  }

  /** The key is written last but one, so that whoever waits for its mail need not wait long. */
  async #queue(
    stored: StoredMail,
    content: Uint8Array,
    { key, queueSize }: InsertOptions,
  ): Promise<Insertion> {
    const { keys, queued } = this.#parts;
    const { id } = stored.mail;
    const repetition = key && (await keys.take(key, id, this.#find));
    if (repetition) return repetition;
    const inline = stored.chunks === 0 ? content : new Uint8Array();
    if (await queued.publish({ stored, content: inline }, queueSize)) return { kind: 'stored' };
    if (key) await keys.release(key, id);
    return { kind: 'full' };
  }

  /** What is left to do after the end of a mail keeps nobody waiting. */
  #finish(stored: StoredMail): void {
    const { ended, logger } = this.#parts;
    if (stored.chunks === 0 && stored.key === undefined) return;
    this.#track(ended.finish(stored)).catch((error) => {
      logStoreFailure(logger, storeFailure(this.#parts.servers, error), stored.mail.id);
    });
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    const { servers } = this.#parts;
    if (this.#closing) throw new StoreError('StoreUnavailable', `NATS at ${servers} was closed`);
    try {
      return await this.#track(work());
    } catch (error) {
      throw storeFailure(servers, error);
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    const done = () => this.#underWay.delete(work);
    work.then(done, done);
    return work;
  }
}
