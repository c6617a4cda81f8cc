import { type Fields, isFields } from '@mailprovider/provider/fields';
import type { SubmissionProblem } from './submission.ts';
import type { SubmissionLimits } from './submission-limits.ts';

function entriesOf(value: unknown): number {
  return Array.isArray(value) ? value.length : value === undefined ? 0 : 1;
}

function octetsOf(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : 0;
}

function contentOctets({ text, html, attachments }: Fields): number {
  const contents = Array.isArray(attachments) ? attachments : [];
  const decoded = contents.map((attachment) => {
    const content = isFields(attachment) ? attachment['content'] : undefined;
    return typeof content === 'string' ? Buffer.byteLength(content, 'base64') : 0;
  });
  return decoded.reduce((sum, octets) => sum + octets, octetsOf(text) + octetsOf(html));
}

/**
 * What of a mail is more than the limits, before anything in it is looked at: each entry costs
 * time, and each mistake in it an answer.
 */
export function boundProblems(input: Fields, limits: SubmissionLimits): SubmissionProblem[] {
  const { to, cc, bcc, replyTo, headers, attachments } = input;
  const recipients = entriesOf(to) + entriesOf(cc) + entriesOf(bcc);
  const octets =
    Array.isArray(attachments) && attachments.length > limits.attachments
      ? 0
      : contentOctets(input);
  const fields = isFields(headers) ? Object.keys(headers).length : 0;
  const bounds: readonly [field: string, amount: number, max: number, of: string][] = [
    ['to', recipients, limits.recipients, 'recipients in to, cc and bcc together'],
    ['replyTo', entriesOf(replyTo), limits.recipients, 'addresses'],
    ['headers', fields, limits.headerFields, 'header fields'],
    ['attachments', entriesOf(attachments), limits.attachments, 'attachments'],
    ['', octets, limits.contentBytes, 'bytes in text, html and decoded attachments together'],
  ];
  return bounds
    .filter(([, amount, max]) => amount > max)
    .map(([field, , max, of]) => ({ field, message: `must have at most ${max} ${of}` }));
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '' && entriesOf(value) > 0;
}

/** What a mail needs and does not have, whatever the rest is like. */
export function missingProblems(input: Fields): SubmissionProblem[] {
  const { to, cc, bcc, subject, text, html, attachments } = input;
  const problems: SubmissionProblem[] = [];
  if (![to, cc, bcc].some(isGiven)) {
    problems.push({ field: 'to', message: 'must name a recipient, here or in cc or bcc' });
  }
  if (![subject, text, html, attachments].some(isGiven)) {
    const message = 'must have something to say: a subject, a text, an html or an attachment';
    problems.push({ field: '', message });
  }
  return problems;
}
