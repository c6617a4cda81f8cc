import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MailRecord } from '../mail/mail-record.ts';
import type { IdempotencyKey, Repetition } from '../store/mail-store.ts';
import type { Calls } from './calls.ts';
import { isWrongLastSequence } from './failure.ts';
import { acceptedAtOf, type Names } from './names.ts';
import { expecting, lastMessage } from './records.ts';

/** A mail with a key is there by then, or never: its key is written first. */
const INSERTION_MS = 15_000;
const POLL_MS = 50;

type FindMail = (id: string) => Promise<MailRecord | undefined>;

/** The mail that a key was used for. */
interface KeyUse {
  readonly id: string;
  readonly digest: string;
}

interface StoredUse extends KeyUse {
  readonly revision: number;
}

/** The idempotency keys of the mails that are kept. */
export class Keys {
  readonly #calls: Calls;
  readonly #names: Names;

  constructor(calls: Calls, names: Names) {
    this.#calls = calls;
    this.#names = names;
  }

  async find(key: IdempotencyKey, findMail: FindMail): Promise<Repetition | undefined> {
    const use = await this.#read(keyDigest(key));
    const mail = use && (await findMail(use.id));
    return use && mail && repetition(use, key, mail);
  }

  /** Takes a key for a mail that is stored next, unless the key was used. */
  async take(key: IdempotencyKey, id: string, findMail: FindMail): Promise<Repetition | undefined> {
    const isOverdue = overdue();
    for (;;) {
      const use = await this.#read(keyDigest(key));
      const mail = use && (await findMail(use.id));
      if (use && mail) return repetition(use, key, mail);
      const isFree = !use || isAbandoned(use) || isOverdue(use.id);
      if (isFree && (await this.#takeOver(use, key, id))) return undefined;
      if (!isFree) await pause(POLL_MS);
    }
  }

  /** Makes the key of a mail that was not stored usable at once. */
  async release(key: IdempotencyKey, id: string): Promise<void> {
    const digest = keyDigest(key);
    const use = await this.#read(digest);
    if (use?.id !== id) return;
    const filter = this.#names.key(digest);
    await this.#calls.api(`STREAM.PURGE.${this.#names.keys}`, { filter });
  }

  /** Keeps the key of a mail for a time, or for as long as nothing else is said. */
  async keep(digest: string, id: string, ttlMs?: number): Promise<void> {
    const use = await this.#read(digest);
    if (use?.id !== id) return;
    await this.#write(digest, { id, digest: use.digest }, use.revision, ttlMs);
  }

  #takeOver(use: StoredUse | undefined, key: IdempotencyKey, id: string): Promise<boolean> {
    return this.#write(keyDigest(key), { id, digest: key.digest }, use?.revision ?? 0);
  }

  async #read(digest: string): Promise<StoredUse | undefined> {
    const found = await lastMessage(this.#calls, this.#names.keys, this.#names.key(digest));
    if (!found?.data) return undefined;
    const use: KeyUse = JSON.parse(Buffer.from(found.data, 'base64').toString());
    return { ...use, revision: found.seq };
  }

  async #write(digest: string, use: KeyUse, revision: number, ttlMs?: number): Promise<boolean> {
    const subject = this.#names.key(digest);
    try {
      await this.#calls.store(subject, JSON.stringify(use), expecting(revision, ttlMs));
      return true;
    } catch (error) {
      if (isWrongLastSequence(error)) return false;
      throw error;
    }
  }
}

export function keyDigest({ key }: IdempotencyKey): string {
  return createHash('sha256').update(key).digest('hex');
}

function repetition(use: KeyUse, key: IdempotencyKey, mail: MailRecord): Repetition {
  return use.digest === key.digest ? { kind: 'repeated', mail } : { kind: 'conflict' };
}

/** Whether the process that took the key must have ended before the mail was stored. */
function isAbandoned({ id }: KeyUse): boolean {
  return Date.now() - acceptedAtOf(id) > 4 * INSERTION_MS;
}

/** Tells when a mail was waited for long enough; another one that took the key over has as long again. */
function overdue(): (id: string) => boolean {
  let awaited: string | undefined;
  let until = 0;
  return (id) => {
    if (id !== awaited) until = performance.now() + INSERTION_MS;
    awaited = id;
    return performance.now() > until;
  };
}
