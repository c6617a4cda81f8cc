import type { MailRecord, MailState } from '../mail/mail-record.ts';

/** What a caller said to have the same submission answered in the same way (header Idempotency-Key). */
export interface IdempotencyKey {
  readonly key: string;
  /** Digest of what was submitted. */
  readonly digest: string;
}

export interface InsertOptions {
  readonly key?: IdempotencyKey;
  /** How many mails of the provider may be queued. */
  readonly queueSize: number;
}

/** What an idempotency key was used for. */
export type Repetition =
  /** The same submission, before or by another call at the same time. */
  | { readonly kind: 'repeated'; readonly mail: MailRecord }
  /** Another submission. */
  | { readonly kind: 'conflict' };

export type Insertion =
  | { readonly kind: 'stored' }
  | Repetition
  /** As many mails of the provider are queued as may be. */
  | { readonly kind: 'full' };

/** What became of a mail that was to be queued anew. */
export type Requeueing =
  | { readonly kind: 'queued'; readonly mail: MailRecord }
  /** As many mails of the provider are queued as may be; the mail is as it was. */
  | { readonly kind: 'full' }
  /** Somebody else changed the mail meanwhile, or it is gone. */
  | { readonly kind: 'changed' };

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

/** Takes over queued mails of one provider, to deliver them. */
export interface MailTaker {
  /**
   * A queued mail is this process's to deliver, and nobody else's, until it is ended, requeued or
   * given back. It may have been tried before, by a process that is gone.
   */
  claimed(mail: MailRecord): void;
}

/** The claims of this process to the mails of one provider. */
export interface Claims {
  /**
   * How many mails more there is room for now, in place of what was said before. A store that nobody
   * shares may hand over more.
   */
  request(count: number): void;
  /**
   * Lets the mail, as it is stored, be claimed again from a time on (milliseconds since the epoch), by
   * whoever has room then. False where nobody else could: it stays claimed, and waits here.
   */
  giveBack(mail: Pick<MailRecord, 'id'>, from: number): boolean;
  /** Claims nothing more; what is claimed stays so until the store is closed. */
  stop(): void;
}

/** The queued mails of one provider, wherever they are claimed. */
export interface QueueReading {
  readonly provider: string;
  readonly depth: number;
  /** When the oldest one was queued, in milliseconds since the epoch. */
  readonly oldestQueuedAt: number | undefined;
}

/** How long ended mails are kept, with their idempotency keys; milliseconds. */
export interface Retention {
  /** Of mails that were sent or cancelled. */
  readonly sentRetentionMs: number;
  readonly deadLetterRetentionMs: number;
}

const DAY_MS = 86_400_000;

export const DEFAULT_RETENTION: Retention = {
  sentRetentionMs: DAY_MS,
  deadLetterRetentionMs: 14 * DAY_MS,
};

/**
 * Keeps mails durably: what a promise of it resolved for has survived `kill -9` and the loss of
 * power, as far as the engine promises that. Any call may reject with `StoreError`; unless that says
 * otherwise nothing of it is stored then.
 *
 * Several processes may share a store. A change of a mail says which `revision` of it was changed,
 * and is not made once that is another.
 */
export interface MailStore {
  /** False once nothing will be stored before it is opened anew. */
  readonly isWorking: boolean;
  /** Stores a new mail with its content, and its idempotency key as long as the mail is kept; it can be claimed then. */
  insert(mail: MailRecord, content: Uint8Array, options: InsertOptions): Promise<Insertion>;
  findByKey(key: IdempotencyKey): Promise<Repetition | undefined>;
  find(id: string): Promise<MailRecord | undefined>;
  /** The content of a mail that has not ended, or that is a dead letter. */
  content(id: string): Promise<Uint8Array | undefined>;
  /**
   * Replaces the record of a mail, whatever state it was in, and resolves with it as it is then; with
   * nothing if its revision is another by now, or it is gone. A mail that is then `sent` or
   * `cancelled` loses its content. The provider stays.
   */
  update(mail: MailRecord): Promise<MailRecord | undefined>;
  /** Queues a stored mail, queued so far or a dead letter, for the provider that the record names now; it can be claimed there then. */
  requeue(mail: MailRecord, queueSize: number): Promise<Requeueing>;
  /** Mails in one state, after the one of that id. */
  list(
    state: MailState,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<MailPage>;
  /** Of every provider that mails are queued for, and of those that are claimed. */
  readings(): Promise<readonly QueueReading[]>;
  /** Begins to claim the queued mails of a provider, only once for each; the taker is told from after the call on. */
  claim(provider: string, taker: MailTaker): Claims;
  /**
   * Resolves when everything is durable, and what was claimed, or kept in a folder, is free for
   * another process.
   */
  close(): Promise<void>;
}
