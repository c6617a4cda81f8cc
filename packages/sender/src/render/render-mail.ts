import { setImmediate } from 'node:timers/promises';
import type { Mailbox, Submission } from '../mail/submission.ts';
import { composedMail } from './composed-mail.ts';
import { headerField, unstructured } from './header-field.ts';
import type { MailIdentity } from './mail-identity.ts';
import { mailboxList } from './mailboxes.ts';
import { mimePieces } from './mime-pieces.ts';
import type { RenderedMail } from './rendered-mail.ts';

/** After so many characters everything else has a turn: they take about 2 ms. */
const TURN_LENGTH = 1_048_576;

function mailboxField(name: string, mailboxes: readonly Mailbox[]): string {
  return mailboxes.length === 0 ? '' : headerField(name, mailboxList(mailboxes));
}

function submittedFields({ to, cc, replyTo, subject, headers }: Submission): string {
  const fields = [
    mailboxField('To', to),
    mailboxField('Cc', cc),
    mailboxField('Reply-To', replyTo),
    headerField('Subject', unstructured(subject)),
    ...headers.map(([name, value]) => headerField(name, unstructured(value))),
  ];
  return fields.join('');
}

/**
 * Renders what was submitted to the bytes of a message, without From and Bcc. The same submission
 * and identity give the same bytes.
 *
 * Everything but addresses with a local part beyond ASCII is 7-bit, so the server need not offer
 * 8BITMIME. A line is longer than RFC 5322 allows only where an address, a file name, a content id
 * or the name of a header field is.
 */
export async function renderMail(
  submission: Submission,
  identity: MailIdentity,
): Promise<RenderedMail> {
  const chunks: Buffer[] = [];
  let text = submittedFields(submission);
  let smtpUtf8 = false;
  const flush = () => {
    const chunk = Buffer.from(text);
    smtpUtf8 ||= chunk.length > text.length;
    chunks.push(chunk);
    text = '';
  };
  for (const piece of mimePieces(composedMail(submission, identity))) {
    text += piece;
    if (text.length < TURN_LENGTH) continue;
    flush();
    await setImmediate();
  }
  if (!text.endsWith('\n')) text += '\r\n';
  flush();
  return { content: Buffer.concat(chunks), smtpUtf8 };
}
