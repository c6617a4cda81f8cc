import { createHash } from 'node:crypto';

/** A stream name has at most 255 characters; the prefix and what stands around take up to 80. */
const MAX_NAME = 170;

/** The names of everything a store has in NATS, after one prefix. */
export interface Names {
  readonly records: string;
  readonly contents: string;
  readonly keys: string;
  /** Subjects of all queued mails. */
  readonly queued: string;
  stream(provider: string): string;
  queuedMail(provider: string, id: string): string;
  record(id: string): string;
  recordsOf(minute: string): string;
  /** Of a list of mails or minutes that records are found by. */
  index(list: Index, entry: string): string;
  key(digest: string): string;
  chunk(id: string, chunk: number | '*'): string;
}

export type Index = 'sent' | 'dead' | 'cancelled';

/** The durable consumer of each stream of queued mails. */
export const CONSUMER = 'sender';

/** Whether a text can begin the names of streams, buckets and subjects. */
export function isPrefix(prefix: string): boolean {
  return /^[A-Za-z0-9_-]{1,60}$/.test(prefix);
}

export function namesFor(prefix: string): Names {
  const records = `$KV.${prefix}-mails`;
  const mails = `${prefix}.mails`;
  return {
    records: `KV_${prefix}-mails`,
    contents: `${prefix}-contents`,
    keys: `KV_${prefix}-keys`,
    queued: `${mails}.*.*`,
    stream: (provider) => `${prefix}-mails-${encodeProvider(provider)}`,
    queuedMail: (provider, id) => `${mails}.${encodeProvider(provider)}.${id}`,
    record: (id) => `${records}.mails.${minuteOf(id)}.${id}`,
    recordsOf: (minute) => `${records}.mails.${minute}.*`,
    index: (list, entry) => `${records}.${list}.${entry}`,
    key: (digest) => `$KV.${prefix}-keys.${digest}`,
    chunk: (id, chunk) => `${prefix}.contents.${id}.${chunk}`,
  };
}

/**
 * A provider as a token of a subject. Names of providers are RFC 1123 subdomains, which have dots and
 * no underscores; a long one, which two underscores tell, has its end replaced by a digest.
 */
export function encodeProvider(provider: string): string {
  const token = provider.replaceAll('.', '_');
  if (token.length <= MAX_NAME) return token;
  const digest = createHash('sha256').update(provider).digest('hex');
  return `${token.slice(0, MAX_NAME - digest.length - 2)}__${digest}`;
}

/** The minute of acceptance that a UUID of version 7 begins with, since the epoch. */
export function minuteOf(id: string): string {
  return String(Math.floor(acceptedAtOf(id) / 60_000));
}

/** The time in a UUID of version 7, in milliseconds since the epoch. */
export function acceptedAtOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

export function lastToken(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}

/** Whether a mail can have that id; what comes from a URL may be anything. */
export function isMailId(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}
