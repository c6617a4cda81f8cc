import type { Mailbox } from '../mail/submission.ts';
import { headerField } from './header-field.ts';
import { mailboxList } from './mailboxes.ts';

/** The header fields of a sender, which stand in front of a rendered mail: From (RFC 5322). */
export function headOf(sender: Mailbox): Uint8Array {
  return Buffer.from(headerField('From', mailboxList([sender])));
}
