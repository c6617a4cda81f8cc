import type { MailRecord, MailState } from '../mail/mail-record.ts';

/** What a caller said to have the same submission answered in the same way (header Idempotency-Key). */
export interface IdempotencyKey {
  readonly key: string;
  /** Digest of what was submitted. */
  readonly digest: string;
}

export type Insertion =
  | { readonly kind: 'stored' }
  /** The key was used for the same submission before, or by another call at the same time. */
  | { readonly kind: 'repeated'; readonly mail: MailRecord }
  /** The key was used for another submission. */
  | { readonly kind: 'conflict' };

export interface MailPage {
  /** In the order of acceptance. */
  readonly mails: readonly MailRecord[];
  /** What to list after for the next page; absent on the last. */
  readonly next?: string;
}

/** Why a store does not take a mail or cannot be opened. */
export const STORE_FAULTS = [
  /** No room: on the disk, or within the limit of the store. */
  'StoreFull',
  /** Another process has the folder open. */
  'StoreInUse',
  /** The folder holds something else, and is left as it is. */
  'StoreForeign',
  /** The folder holds a store that is damaged, and is left as it is. */
  'StoreCorrupt',
  /** The folder holds a store of a version that this one cannot read. */
  'StoreVersionUnknown',
  /** The disk failed, or denies what is needed. */
  'StoreUnavailable',
] as const;
export type StoreFault = (typeof STORE_FAULTS)[number];

/** A failure of the store; the message names the folder and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/**
 * Keeps mails durably: what a promise of it resolved for has survived `kill -9` and the loss of
 * power. Any call may reject with `StoreError`; nothing of it is stored then.
 *
 * The store decides nothing: who calls it sees to it that one mail is not changed by two at once.
 */
export interface MailStore {
  /** False once nothing will be stored before it is opened anew. */
  readonly isWorking: boolean;
  /** Stores a new mail with its content, and its idempotency key as long as the mail is kept. */
  insert(mail: MailRecord, content: Uint8Array, key?: IdempotencyKey): Promise<Insertion>;
  /** The mail that an idempotency key was used for, or whether it was for another submission. */
  findByKey(key: IdempotencyKey): Promise<Exclude<Insertion, { kind: 'stored' }> | undefined>;
  find(id: string): Promise<MailRecord | undefined>;
  /** The content of a mail that has not ended, or that is a dead letter. */
  content(id: string): Promise<Uint8Array | undefined>;
  /**
   * Replaces the record of a mail, whatever state it was in; does nothing for one that is not
   * there. A mail that is then `sent` or `cancelled` loses its content.
   */
  update(mail: MailRecord): Promise<void>;
  /** Mails in one state, after the one of that id. */
  list(
    state: MailState,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<MailPage>;
  /** Removes mails of a state that ended (`dueAt`) before a time, with their keys; returns how many. */
  expire(state: Exclude<MailState, 'queued'>, endedBefore: number): Promise<number>;
  /** Resolves when everything is durable and the folder is free for another process. */
  close(): Promise<void>;
}
