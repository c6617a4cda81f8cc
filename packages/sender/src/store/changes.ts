import { MAIL_STATES, type MailRecord, type MailState } from '../mail/mail-record.ts';
import type { Insertion, Repetition } from './mail-store.ts';
import { type KeyUse, mailKey, recordOf, stateRange, type Tables } from './tables.ts';

/** The mail of an id, in whatever state. */
export function findMail({ mails }: Tables, id: string): MailRecord | undefined {
  for (const state of MAIL_STATES) {
    const stored = mails.get(mailKey(state, id));
    if (stored) return recordOf(stored);
  }
  return undefined;
}

/** What a submission with an idempotency key is answered, if the key was used. */
export function repetition(
  tables: Tables,
  keyDigest: string,
  digest: string,
): Repetition | undefined {
  const use = tables.keyUses.get(keyDigest);
  if (!use) return undefined;
  if (use.digest !== digest) return { kind: 'conflict' };
  const mail = findMail(tables, use.id);
  return mail && { kind: 'repeated', mail };
}

export interface KeyedUse extends KeyUse {
  readonly keyDigest: string;
}

/** Writes a new mail, its content and its key, unless the key was used before. */
export function insertMail(
  tables: Tables,
  mail: MailRecord,
  content: Uint8Array,
  use?: KeyedUse,
): Insertion {
  if (use) {
    const { keyDigest, id, digest } = use;
    const earlier = repetition(tables, keyDigest, digest);
    if (earlier) return earlier;
    tables.keyUses.putSync(keyDigest, { id, digest });
    tables.keysOfMails.putSync(id, keyDigest);
  }
  tables.mails.putSync(mailKey(mail.state, mail.id), mail);
  tables.contents.putSync(
    mail.id,
    Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  );
  return { kind: 'stored' };
}

/** A change of a record that was made. */
export interface Replacement {
  readonly before: MailRecord;
  readonly after: MailRecord;
}

/**
 * Replaces the record of a mail, unless it is gone or of another revision; its content goes when it
 * will not be sent again.
 */
export function updateMail(tables: Tables, mail: MailRecord): Replacement | undefined {
  const { mails, contents } = tables;
  const before = findMail(tables, mail.id);
  if (before === undefined || before.revision !== mail.revision) return undefined;
  const after = { ...mail, revision: mail.revision + 1 };
  if (before.state !== after.state) mails.removeSync(mailKey(before.state, mail.id));
  mails.putSync(mailKey(after.state, mail.id), after);
  if (after.state === 'sent' || after.state === 'cancelled') contents.removeSync(mail.id);
  return { before, after };
}

/** Mails in one state, all of them or `limit` after the one of an id. */
export function listMails(
  { mails }: Tables,
  state: MailState,
  page?: { readonly after?: string | undefined; readonly limit: number },
): MailRecord[] {
  const range = mails.getRange({
    ...stateRange(state, page?.after),
    exclusiveStart: page?.after !== undefined,
    ...(page && { limit: page.limit }),
  });
  return Array.from(range, ({ value }) => recordOf(value));
}

/** How far a removal of old mails came. */
export interface Expiry {
  readonly removed: number;
  /** Where to go on; absent when all were seen. */
  readonly next?: string;
}

/**
 * Removes the mails that ended before a time among the next `limit` ones. It is through at the
 * first mail that was only accepted after that time, as those that follow were too.
 */
export function expireMails(
  tables: Tables,
  state: MailState,
  endedBefore: number,
  page: { readonly after?: string; readonly limit: number },
): Expiry {
  const seen = listMails(tables, state, page);
  const old = seen.filter(({ dueAt }) => dueAt < endedBefore);
  for (const { id } of old) removeMail(tables, state, id);
  const last = seen.at(-1);
  const through = !last || seen.length < page.limit || last.acceptedAt >= endedBefore;
  return through ? { removed: old.length } : { removed: old.length, next: last.id };
}

function removeMail(tables: Tables, state: MailState, id: string): void {
  tables.mails.removeSync(mailKey(state, id));
  tables.contents.removeSync(id);
  const keyDigest = tables.keysOfMails.get(id);
  if (keyDigest === undefined) return;
  tables.keyUses.removeSync(keyDigest);
  tables.keysOfMails.removeSync(id);
}
