import type { StoredMail, Token } from './token.ts';

/** What is to become of a message, after what the record of its mail says. */
export type Verdict =
  /** It stands for the mail, as it is stored. */
  | { readonly kind: 'current'; readonly stored: StoredMail }
  /** It was published to queue the mail anew, and the record does not say so yet. */
  | { readonly kind: 'unfinished'; readonly base: number }
  /** The mail has ended. */
  | { readonly kind: 'ended'; readonly stored: StoredMail }
  /** Another message stands for the mail, or none any more. */
  | { readonly kind: 'superseded' };

/**
 * Judges a message that may not be the first for its mail.
 *
 * To queue a mail anew its new message is published first, which names the revision of the record that
 * it replaces; then the record is changed to say so; then the old message is acknowledged. So a message
 * of a later hop than the record counts as long as the record is of that revision, and one of an earlier
 * hop counts no more: whatever breaks off in between, one message stands for the mail. When a publication went
 * unanswered and another provider was chosen then, there are two of one hop: that of the provider that
 * the record names counts.
 */
export function judge({ stored: token }: Token, record: StoredMail | undefined): Verdict {
  const revision = record?.mail.revision ?? 0;
  const hop = record?.hop ?? 1;
  if (token.hop > hop) {
    return token.base === revision
      ? { kind: 'unfinished', base: revision }
      : { kind: 'superseded' };
  }
  if (token.hop < hop) return { kind: 'superseded' };
  if (!record) return { kind: 'current', stored: token };
  if (record.mail.provider !== token.mail.provider) return { kind: 'superseded' };
  return record.mail.state === 'queued'
    ? { kind: 'current', stored: record }
    : { kind: 'ended', stored: record };
}
