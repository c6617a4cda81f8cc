import type { MailRecord } from '../mail/mail-record.ts';
import type { Retention } from '../store/mail-store.ts';
import type { Calls } from './calls.ts';
import type { Contents } from './contents.ts';
import type { Keys } from './keys.ts';
import { type Index, minuteOf, type Names } from './names.ts';
import { keptFor } from './records.ts';
import type { StoredMail } from './token.ts';

const HOUR_MS = 3_600_000;
/** A mail whose acknowledgement was lost comes again after one: what became of it has to be known then. */
const ACK_WAITS = 10;

export interface EndedMailsDeps {
  readonly calls: Calls;
  readonly names: Names;
  readonly contents: Contents;
  readonly keys: Keys;
  readonly retention: Retention;
  readonly ackWaitMs: number;
}

/** What belongs to the end of a mail beside its record: lists to find it by, its content, its key. */
export class EndedMails {
  readonly #deps: EndedMailsDeps;
  /** Minutes that are indexed, with the hour in which they were. */
  readonly #indexed = new Set<string>();

  constructor(deps: EndedMailsDeps) {
    this.#deps = deps;
  }

  /** How long a mail in that state is kept; nothing for one that has not ended. */
  ttlMs({ state }: Pick<MailRecord, 'state'>): number | undefined {
    const { ackWaitMs, retention } = this.#deps;
    if (state === 'queued') return undefined;
    const ttlMs = state === 'dead' ? retention.deadLetterRetentionMs : retention.sentRetentionMs;
    return Math.max(ttlMs, ACK_WAITS * ackWaitMs);
  }

  /** Lets a mail be listed that is about to end: one that does not end then is not of the state. */
  async index({ id, state }: MailRecord): Promise<void> {
    const ttlMs = this.ttlMs({ state });
    if (state === 'queued' || ttlMs === undefined) return;
    if (state === 'sent') await this.#indexMinute(minuteOf(id), ttlMs);
    else await this.#write(state, id, ttlMs);
  }

  /** Sees to what a mail that has ended leaves behind, as often as is needed. */
  async finish({ mail, chunks, key }: StoredMail): Promise<void> {
    const { contents, keys } = this.#deps;
    const ttlMs = this.ttlMs(mail);
    const isOver = mail.state === 'sent' || mail.state === 'cancelled';
    if (isOver && chunks > 0) await contents.purge(mail.id);
    if (key !== undefined && ttlMs !== undefined) await keys.keep(key, mail.id, ttlMs);
  }

  /** The key of a mail that is queued anew is kept as long as the mail again. */
  async revive({ mail, key }: StoredMail): Promise<void> {
    if (key !== undefined) await this.#deps.keys.keep(key, mail.id);
  }

  /** A minute is indexed again each hour that a mail of it ends in, so that its entry outlasts them. */
  async #indexMinute(minute: string, ttlMs: number): Promise<void> {
    const entry = `${minute}@${Math.floor(Date.now() / HOUR_MS)}`;
    if (this.#indexed.has(entry)) return;
    await this.#write('sent', minute, ttlMs + 2 * HOUR_MS);
    if (this.#indexed.size > 10_000) this.#indexed.clear();
    this.#indexed.add(entry);
  }

  async #write(list: Index, entry: string, ttlMs: number): Promise<void> {
    const { calls, names } = this.#deps;
    await calls.repeat(() => calls.store(names.index(list, entry), '', keptFor(ttlMs)));
  }
}
