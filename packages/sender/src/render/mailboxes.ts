import { quoteString } from 'nodemailer/lib/mime-funcs/index.js';
import MimeNode from 'nodemailer/lib/mime-node/index.js';
import { isPlain } from '../mail/line-text.ts';
import type { Mailbox } from '../mail/submission.ts';
import { encodedWords } from './header-field.ts';

/** Encodes only; with a boundary of its own each node would ask for random bytes. */
const addresses = new MimeNode(false, { baseBoundary: '-' });
/** A dot-atom (RFC 5322 section 3.2.3) and a domain, both in ASCII: nothing to encode. */
const PLAIN_ADDRESS = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z\d][a-z\d.-]*$/i;
/** Without a word in it that needs quotes (RFC 5322, atext). */
const ATOMS = /^[\w ]+$/;

function displayName(name: string): string {
  if (ATOMS.test(name) && isPlain(name)) return name;
  const quoted = quoteString(name);
  return isPlain(quoted) ? quoted : encodedWords(name);
}

function mailbox({ address, name }: Mailbox): string {
  const written = PLAIN_ADDRESS.test(address)
    ? address
    : addresses.encodeHeaderValue('To', [{ address }]);
  if (name === undefined || name.trim() === '') return written;
  return `${displayName(name)} ${written.startsWith('<') ? written : `<${written}>`}`;
}

/**
 * Mailboxes as the value of a header field such as To (RFC 5322 section 3.4). A domain beyond ASCII
 * is written in its ASCII form, unless the local part is beyond ASCII too (RFC 6531).
 */
export function mailboxList(mailboxes: readonly Mailbox[]): string {
  return mailboxes.map(mailbox).join(', ');
}
