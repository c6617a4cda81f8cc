import type { MailRecord } from '../mail/mail-record.ts';
import type { Requeueing } from '../store/mail-store.ts';
import type { ClaimedMail, ClaimedMails } from './claimed-mails.ts';
import type { Contents } from './contents.ts';
import type { EndedMails } from './ended-mails.ts';
import type { QueuedMessages } from './queued-messages.ts';
import type { Records } from './records.ts';
import type { StoredMail, Token } from './token.ts';

/** The content of a dead letter outlasts its record. */
const MARGIN_MS = 60_000;

export interface MailChangesDeps {
  readonly records: Records;
  readonly queued: QueuedMessages;
  readonly contents: Contents;
  readonly ended: EndedMails;
  readonly claimed: ClaimedMails;
  /** Contents of more bytes are kept apart. */
  readonly inlineBytes: number;
}

/** Reads and changes mails that are stored; changes of one mail have to follow each other. */
export class MailChanges {
  readonly #deps: MailChangesDeps;

  constructor(deps: MailChangesDeps) {
    this.#deps = deps;
  }

  /** The stream is the one that the mail is queued in, where that is known. */
  async find(id: string, stream?: string): Promise<StoredMail | undefined> {
    const { claimed, records, queued } = this.#deps;
    const known = claimed.get(id)?.stored ?? (await records.read(id));
    if (known) return known;
    const token = await queued.find(id, stream);
    // It may have been changed and have ended in between.
    return (await records.read(id)) ?? token?.stored;
  }

  async content(id: string): Promise<Uint8Array | undefined> {
    const claimed = this.#deps.claimed.get(id);
    const stored = claimed?.stored ?? (await this.find(id));
    return stored && this.#content(stored, claimed);
  }

  /** Replaces the record of a mail; nothing if it is another by now. */
  async update(mail: MailRecord): Promise<StoredMail | undefined> {
    const { records, claimed, ended } = this.#deps;
    const claim = claimed.get(mail.id);
    const current = claim?.stored ?? (await this.find(mail.id));
    if (current?.mail.revision !== mail.revision) return undefined;
    const isEnding = mail.state !== 'queued';
    const next = isEnding ? await this.#prepareEnd(current, mail, claim) : current;
    const written = await records.write(next, mail, ended.ttlMs(mail));
    if (!written) {
      await this.#lost(mail.id);
      return undefined;
    }
    if (claim) claim.stored = written;
    if (isEnding) await this.#dequeue(current);
    return written;
  }

  /** Queues a mail anew, for the provider that it names: first the message, then the record. */
  async requeue(mail: MailRecord, queueSize: number): Promise<Requeueing> {
    const { queued, claimed } = this.#deps;
    const claim = claimed.get(mail.id);
    const current = await this.#confirmed(mail, claim);
    const token = current && (await this.#tokenAnew(current, mail, claim));
    if (!token) return { kind: 'changed' };
    if (!(await queued.publish(token, queueSize))) return { kind: 'full' };
    const written = await this.#moveOn(token.stored);
    if (!written) {
      await this.#lost(mail.id);
      return { kind: 'changed' };
    }
    if (claim && claimed.get(mail.id) === claim) claimed.settle(mail.id);
    await this.#dropCopies(current, written);
    return { kind: 'queued', mail: written.mail };
  }

  /** Whoever claims the new message drops it unless the revision that it names is that of the record. */
  async #confirmed(
    mail: MailRecord,
    claim: ClaimedMail | undefined,
  ): Promise<StoredMail | undefined> {
    const known = claim?.stored ?? (await this.find(mail.id));
    if (known?.mail.revision !== mail.revision) return undefined;
    const confirmed = await this.#deps.records.confirmed(known);
    if (!confirmed) await this.#lost(mail.id);
    return confirmed;
  }

  /** Nothing for a mail whose content is gone: it has ended. */
  async #tokenAnew(
    current: StoredMail,
    mail: MailRecord,
    claim: ClaimedMail | undefined,
  ): Promise<Token | undefined> {
    const { inlineBytes, contents } = this.#deps;
    const { revision } = current.mail;
    const hop = current.hop + 1;
    const stored = { ...current, hop, base: revision, mail: { ...mail, revision } };
    if (current.mail.state === 'queued' && current.chunks > 0) {
      return { stored, content: new Uint8Array() };
    }
    const content = await this.#content(current, claim);
    if (!content) return undefined;
    if (content.byteLength <= inlineBytes) return { stored: { ...stored, chunks: 0 }, content };
    // The chunks of a dead letter would go in time.
    const chunks = await contents.put(mail.id, content);
    return { stored: { ...stored, chunks }, content: new Uint8Array() };
  }

  /** Whoever has claimed the mail by its new message may have been first. */
  async #moveOn(next: StoredMail): Promise<StoredMail | undefined> {
    const { records } = this.#deps;
    const written = (await records.write(next, next.mail)) ?? (await records.read(next.mail.id));
    return written?.hop === next.hop && written.base === next.base ? written : undefined;
  }

  /** What was kept because the mail was a dead letter: its content, and its key for a time only. */
  async #dropCopies(before: StoredMail, after: StoredMail): Promise<void> {
    const { contents, ended } = this.#deps;
    if (before.chunks > 0 && after.chunks === 0) await contents.purge(before.mail.id);
    if (before.mail.state !== 'queued') await ended.revive(before);
  }

  async #content(
    { mail, chunks }: StoredMail,
    claim: ClaimedMail | undefined,
  ): Promise<Uint8Array | undefined> {
    const { contents, queued } = this.#deps;
    if (mail.state === 'sent' || mail.state === 'cancelled') return undefined;
    if (chunks > 0) return contents.read(mail.id, chunks);
    if (claim) return new Uint8Array(claim.content);
    return (await queued.read(mail.provider, mail.id))?.content;
  }

  /** A dead letter keeps its content, which its message takes along. */
  async #prepareEnd(
    current: StoredMail,
    mail: MailRecord,
    claim: ClaimedMail | undefined,
  ): Promise<StoredMail> {
    const { ended, contents } = this.#deps;
    await ended.index(mail);
    if (mail.state !== 'dead' || current.mail.state === 'dead') return current;
    const content = await this.#content(current, claim);
    if (!content) return current;
    const ttlMs = (ended.ttlMs(mail) ?? 0) + MARGIN_MS;
    return { ...current, chunks: await contents.put(mail.id, content, ttlMs) };
  }

  /** Somebody else changed the mail: its message is needed no more if it has ended. */
  async #lost(id: string): Promise<void> {
    const { claimed, records } = this.#deps;
    if (!claimed.get(id)) return;
    const record = await records.read(id).catch(() => undefined);
    if (record && record.mail.state !== 'queued') claimed.settle(id);
    else claimed.forget(id);
  }

  async #dequeue({ mail }: StoredMail): Promise<void> {
    const { claimed, queued } = this.#deps;
    if (claimed.get(mail.id)) claimed.settle(mail.id);
    // What stays is dropped by whoever claims it.
    else if (mail.state === 'queued') await queued.remove(mail.provider, mail.id).catch(() => {});
  }
}
