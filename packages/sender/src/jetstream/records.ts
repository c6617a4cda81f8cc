import { randomUUID } from 'node:crypto';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { MailRecord } from '../mail/mail-record.ts';
import type { Calls } from './calls.ts';
import { CallFailure, isRefusal, isWrongLastSequence, MESSAGE_NOT_FOUND } from './failure.ts';
import type { Names } from './names.ts';
import { decodeStored, encodeStored, type StoredMail, withRevision } from './token.ts';

/** A stored message, as `STREAM.MSG.GET` answers it. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  /** Base64; absent when it is empty. */
  readonly data?: string;
}

/** The last message of a subject, as the leader of the stream has it. */
export async function lastMessage(
  calls: Calls,
  stream: string,
  subject: string,
): Promise<StoredMessage | undefined> {
  try {
    const request = { last_by_subj: subject };
    const operation = `STREAM.MSG.GET.${stream}`;
    const answer = await calls.repeat(() =>
      calls.api<{ readonly message: StoredMessage }>(operation, request),
    );
    return answer.message;
  } catch (error) {
    if (isRefusal(error, MESSAGE_NOT_FOUND)) return undefined;
    throw error;
  }
}

/** Header fields of a message that goes after a time, which is a second at least. */
export function keptFor(ttlMs: number | undefined): MsgHdrs {
  const fields = headers();
  if (ttlMs !== undefined) fields.set('Nats-TTL', `${Math.max(1, Math.ceil(ttlMs / 1_000))}s`);
  return fields;
}

/** Header fields of a write that is not made unless the last sequence of the subject is that one. */
export function expecting(revision: number, ttlMs?: number): MsgHdrs {
  const fields = keptFor(ttlMs);
  fields.set('Nats-Expected-Last-Subject-Sequence', String(revision));
  return fields;
}

/** The records of mails that were changed since they were queued; its revision is its sequence. */
export class Records {
  readonly #calls: Calls;
  readonly #names: Names;
  readonly #writer = randomUUID();
  #writes = 0;
  /** The first write of a mail of which, and of those after it, is not known whether it was made. */
  readonly #doubtful = new Map<string, number>();

  constructor(calls: Calls, names: Names) {
    this.#calls = calls;
    this.#names = names;
  }

  async read(id: string): Promise<StoredMail | undefined> {
    const found = await lastMessage(this.#calls, this.#names.records, this.#names.record(id));
    if (!found?.data) return undefined;
    return decodeStored(Buffer.from(found.data, 'base64').toString(), found.seq);
  }

  /** Whether there is one, readable or not. */
  async has(id: string): Promise<boolean> {
    const { records, record } = this.#names;
    return (await lastMessage(this.#calls, records, record(id))) !== undefined;
  }

  /**
   * Replaces the record of the revision that `stored` has, and resolves with it as it is then; with
   * nothing when its revision is another by now. A write whose answer was lost counts as made once it
   * turns out to be, and is replaced, unless it queued the mail anew: another message stands for it then.
   */
  async write(
    stored: StoredMail,
    mail: MailRecord,
    ttlMs?: number,
  ): Promise<StoredMail | undefined> {
    this.#writes += 1;
    const write = this.#writes;
    const next = { ...stored, write: `${this.#writer}.${write}`, mail };
    let base = stored.mail.revision;
    return this.#calls.repeat(async () => {
      const made = await this.#replace(next, write, base, ttlMs);
      const current = made ?? (await this.#readOwn(mail.id));
      this.#doubtful.delete(mail.id);
      if (!current || current.write === next.write) return current;
      if (current.hop !== next.hop) return undefined;
      base = current.mail.revision;
      return this.#replace(next, write, base, ttlMs);
    });
  }

  /** With the revision that it has by now if a write turns out to be made; nothing if that queued it anew. */
  async confirmed(stored: StoredMail): Promise<StoredMail | undefined> {
    const own = await this.#readOwn(stored.mail.id);
    if (!own) return stored;
    return own.hop === stored.hop ? withRevision(stored, own.mail.revision) : undefined;
  }

  async #replace(
    next: StoredMail,
    write: number,
    revision: number,
    ttlMs: number | undefined,
  ): Promise<StoredMail | undefined> {
    const { id } = next.mail;
    try {
      const subject = this.#names.record(id);
      const fields = expecting(revision, ttlMs);
      const { seq } = await this.#calls.store(subject, encodeStored(next), fields);
      return withRevision(next, seq);
    } catch (error) {
      if (isWrongLastSequence(error)) return undefined;
      const isDoubtful = error instanceof CallFailure && error.fault === 'unanswered';
      if (isDoubtful && !this.#doubtful.has(id)) this.#doubtful.set(id, write);
      throw error;
    }
  }

  /** The record, where it is one that this process wrote without knowing so. */
  async #readOwn(id: string): Promise<StoredMail | undefined> {
    const first = this.#doubtful.get(id);
    if (first === undefined) return undefined;
    const current = await this.read(id);
    const [writer, write] = current?.write?.split('.') ?? [];
    return writer === this.#writer && Number(write) >= first ? current : undefined;
  }
}
