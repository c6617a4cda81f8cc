/** As long as the payload that smtp-source is asked for. */
export const TEXT_BYTES = 1200;
const LINE = 'All of these lines say the same, and none of them has anything else to say.\r\n';
export const TEXT = LINE.repeat(Math.ceil(TEXT_BYTES / LINE.length)).slice(0, TEXT_BYTES);

export const FROM = 'sender@from.example';
export const RECIPIENT = 'recipient@to.example';

const SUBJECT = 'submitted at ';
const SUBJECT_FIELD = Buffer.from(`\r\nSubject: ${SUBJECT}`);
/** Longer than any time of the clock. */
const TIME_LENGTH = 40;

/** A subject that says when a mail was submitted, by the common clock. */
export function subjectAt(ms: number): string {
  return `${SUBJECT}${ms.toFixed(3)}`;
}

/** When a message was submitted by its subject; NaN if that does not tell. */
export function submittedAt(message: Buffer): number {
  const field = message.indexOf(SUBJECT_FIELD);
  if (field === -1) return Number.NaN;
  const start = field + SUBJECT_FIELD.length;
  return Number.parseFloat(message.toString('latin1', start, start + TIME_LENGTH));
}

/** A message as a sender renders it, with its text of 7-bit lines: about 1.5 KB. */
export function renderedMessage(): Buffer {
  const fields = [
    `From: Sender <${FROM}>`,
    `To: ${RECIPIENT}`,
    'Subject: a mail that was rendered before',
    'Message-ID: <0197d3f2-7c1e-7e5b-9c4a-2f6d8b1a3c5e@from.example>',
    'Date: Mon, 02 Jun 2025 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
  ];
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${TEXT}\r\n`);
}
