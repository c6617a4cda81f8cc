import type { Database, RootDatabase } from 'lmdb';
import type { MailRecord, MailState } from '../mail/mail-record.ts';

/** Which mail an idempotency key was used for. */
export interface KeyUse {
  readonly id: string;
  readonly digest: string;
}

/** Mails that were stored before revisions were counted have none. */
export type StoredRecord = Omit<MailRecord, 'revision'> & Partial<Pick<MailRecord, 'revision'>>;

export function recordOf(stored: StoredRecord): MailRecord {
  return { revision: 0, ...stored };
}

/** The tables of a store. */
export interface Tables {
  /** By state and id: listing a state reads a range, and needs no index. */
  readonly mails: Database<StoredRecord, string>;
  /** By id. */
  readonly contents: Database<Buffer, string>;
  /** By the digest of an idempotency key. */
  readonly keyUses: Database<KeyUse, string>;
  /** The digest of the idempotency key of a mail, by id. */
  readonly keysOfMails: Database<string, string>;
}

export function openTables(root: RootDatabase): Tables {
  return {
    mails: root.openDB({ name: 'mails', encoding: 'json' }),
    contents: root.openDB({ name: 'contents', encoding: 'binary' }),
    keyUses: root.openDB({ name: 'key-uses', encoding: 'json' }),
    keysOfMails: root.openDB({ name: 'keys-of-mails', encoding: 'string' }),
  };
}

export function mailKey(state: MailState, id: string): string {
  return `${state}/${id}`;
}

/** The keys of all mails of a state: `0` is the character after `/`. */
export function stateRange(state: MailState, after = ''): { start: string; end: string } {
  return { start: `${state}/${after}`, end: `${state}0` };
}

/** Whether a mail can have that id; keys are limited in length, and an id may come from a URL. */
export function isMailId(id: string): boolean {
  return /^[0-9a-f-]{36}$/.test(id);
}
