import { comparableAddress } from './address.ts';
import type { Submission } from './submission.ts';

/**
 * The addresses that a mail is delivered to, each once, as first written in `to`, `cc` or `bcc`.
 *
 * Domains are compared without case and in ASCII (RFC 5890), local parts exactly, since only the
 * receiving server knows whether theirs matters (RFC 5321 section 2.4).
 */
export function envelopeRecipients({ to, cc, bcc }: Submission): readonly string[] {
  const byMailbox = new Map<string, string>();
  for (const { address } of [...to, ...cc, ...bcc]) {
    const mailbox = comparableAddress(address);
    if (!byMailbox.has(mailbox)) byMailbox.set(mailbox, address);
  }
  return [...byMailbox.values()];
}
