import type { MailRecord } from '../mail/mail-record.ts';

/** A record as NATS has it, with what the store needs to know beside it. */
export interface StoredMail {
  readonly format: 1;
  /** How often the mail was queued. */
  readonly hop: number;
  /** The revision of the record when it was queued so. */
  readonly base: number;
  /** In how many chunks the content is kept apart; 0 when the queued message has it. */
  readonly chunks: number;
  /** Digest of the idempotency key. */
  readonly key?: string;
  /** Who wrote it, and that writer's how many-th write it was. */
  readonly write?: string;
  readonly mail: MailRecord;
}

/** The message by which a mail is queued. */
export interface Token {
  readonly stored: StoredMail;
  /** Empty where it is kept apart. */
  readonly content: Uint8Array;
}

const LENGTH_BYTES = 4;

/** Length of the record, record, content. */
export function encodeToken({ stored, content }: Token): Uint8Array {
  const text = encodeStored(stored);
  const bytes = Buffer.byteLength(text);
  const message = Buffer.allocUnsafe(LENGTH_BYTES + bytes + content.byteLength);
  message.writeUInt32BE(bytes);
  message.write(text, LENGTH_BYTES);
  message.set(content, LENGTH_BYTES + bytes);
  return message;
}

/** Copies the content. Nothing for a message that is none of ours. */
export function decodeToken(message: Uint8Array): Token | undefined {
  if (message.byteLength < LENGTH_BYTES) return undefined;
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const end = LENGTH_BYTES + bytes.readUInt32BE();
  if (end > bytes.length) return undefined;
  const stored = decodeStored(bytes.toString('utf8', LENGTH_BYTES, end), 0);
  return stored && { stored, content: Uint8Array.prototype.slice.call(message, end) };
}

export function encodeStored(stored: StoredMail): string {
  return JSON.stringify(stored);
}

/** Nothing for a text that is none of ours, or of a format that this version does not know. */
export function decodeStored(text: string, revision: number): StoredMail | undefined {
  try {
    const stored: StoredMail = JSON.parse(text);
    if (stored.format !== 1 || typeof stored.mail.id !== 'string') return undefined;
    return withRevision(stored, revision);
  } catch {
    return undefined;
  }
}

export function withRevision(stored: StoredMail, revision: number): StoredMail {
  return { ...stored, mail: { ...stored.mail, revision } };
}
