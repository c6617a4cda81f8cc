import { domainToASCII } from 'node:url';
import type { Mailbox, Submission } from '@mailprovider/sender/mail/submission';
import { renderMail } from '@mailprovider/sender/render/render-mail';
import fc from 'fast-check';
import t from 'tap';
import { fuzzedSubmission } from './fuzzed-submission.ts';
import { type ParsedMessage, parsedMessages, WITHOUT_PYTHON } from './parsed-message.ts';
import { IDENTITY } from './submission.ts';

const SEED = 20260102;
const SUBMISSIONS = fc.sample(fuzzedSubmission, { seed: SEED, numRuns: 400 });

function mailboxFields({ to, cc, replyTo }: Submission): string[] {
  const fields = { To: to, Cc: cc, 'Reply-To': replyTo };
  return Object.entries(fields).flatMap(([name, list]) => (list.length === 0 ? [] : [name]));
}

const MIME_FIELDS = /^(MIME-Version|Content-[A-Za-z-]+)$/;

/** Names of the header fields of the whole, those of MIME apart. */
function fieldNames(content: string): string[] {
  const [header = ''] = content.split('\r\n\r\n', 1);
  const fields = header.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return fields
    .map((field) => field.slice(0, field.indexOf(':')))
    .filter((name) => !MIME_FIELDS.test(name));
}

t.test('no field breaks out of its place in the bytes', async (t) => {
  for (const submission of SUBMISSIONS) {
    const { content, smtpUtf8 } = await renderMail(submission, IDENTITY);
    const text = Buffer.from(content).toString('latin1');
    const faults = [
      /\r(?!\n)|(?<!\r)\n/.test(text) && 'a bare CR or LF',
      !text.endsWith('\r\n') && 'the last line has no end',
      /(?:^|\n)\.(?!\.)/.test(text) && 'a leading dot that is not doubled',
      text.split('\r\n').some((line) => line.length > 998) && 'a line too long',
      text.includes('\0') && 'a NUL',
      text.includes('bcc.example') && 'a recipient of Bcc',
      smtpUtf8 !== /[\x80-\xff]/.test(text) && '8 bits that are not told, or the reverse',
    ].filter((fault) => fault !== false);
    const expected = [
      ...mailboxFields(submission),
      'Subject',
      ...submission.headers.map(([name]) => name),
      'Message-ID',
      'Date',
    ];
    const names = fieldNames(text);
    if (faults.length === 0 && names.join() === expected.join()) continue;
    t.fail(`seed ${SEED}: ${faults.join(', ')}`, { submission, text, names, expected });
    return;
  }
});

/** As it is sent: a domain beyond ASCII only where the local part is too. */
function sentAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  return `${local}@${/[^\0-\x7f]/.test(local) ? domain : domainToASCII(domain)}`;
}

/** UTF-8 has no half of a character. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** As a header field has it: a line break is a space. */
function inField(text: string): string {
  return wellFormed(text).replaceAll(/[\r\n\0]+/g, ' ');
}

function sentMailboxes(list: readonly Mailbox[]) {
  return list.map(({ address, name }) => ({
    address: sentAddress(address),
    name: name === undefined || name.trim() === '' ? '' : inField(name),
  }));
}

function sentText(text: string): string {
  return wellFormed(text).replaceAll(/\r\n?|\n/g, '\r\n');
}

/** The contents of the parts in their order: parts that the HTML shows follow it. */
function sentContents({ text = '', html = '', attachments }: Submission): string[] {
  const bytes = (which: readonly (typeof attachments)[number][]) =>
    which.map(({ content }) => Buffer.from(content).toString('base64'));
  const texts = [text, html].filter((part) => part !== '');
  const written = texts.map((part) => Buffer.from(sentText(part)).toString('base64'));
  const shown = html === '' ? [] : attachments.filter((part) => part.contentId !== undefined);
  const contents = [
    ...written,
    ...bytes(shown),
    ...bytes(attachments.filter((part) => !shown.includes(part))),
  ];
  return contents.length === 0 ? [''] : contents;
}

/** What is all of a message may get the line end that a message has. */
function withoutAddedEnd(contents: readonly string[], attachments: Submission['attachments']) {
  if (contents.length > 1 || attachments.length > 0) return contents;
  const text = Buffer.from(contents[0] ?? '', 'base64').toString();
  return [Buffer.from(text.replace(/\r\n$/, '')).toString('base64')];
}

function difference(submission: Submission, message: ParsedMessage) {
  const fields = new Map(message.fields);
  const found = {
    subject: fields.get('Subject'),
    headers: submission.headers.map(([name]) => fields.get(name)),
    to: message.mailboxes.to ?? [],
    cc: message.mailboxes.cc ?? [],
    replyTo: message.mailboxes['reply-to'] ?? [],
    contents: withoutAddedEnd(
      message.parts.map(({ content }) => content.toString('base64')),
      submission.attachments,
    ),
    filenames: message.parts.flatMap(({ filename }) => filename ?? []).sort(),
    defects: message.defects,
  };
  const wanted: typeof found = {
    subject: inField(submission.subject),
    headers: submission.headers.map(([, value]) => inField(value)),
    to: sentMailboxes(submission.to),
    cc: sentMailboxes(submission.cc),
    replyTo: sentMailboxes(submission.replyTo),
    contents: withoutAddedEnd(sentContents(submission), submission.attachments),
    filenames: submission.attachments.map(({ filename }) => wellFormed(filename)).sort(),
    defects: [],
  };
  return { found, wanted };
}

t.test(
  'another parser reads each field as it was submitted',
  { skip: WITHOUT_PYTHON },
  async (t) => {
    const rendered = await Promise.all(SUBMISSIONS.map((one) => renderMail(one, IDENTITY)));
    const messages = await parsedMessages(rendered.map(({ content }) => content));
    for (const [index, message] of messages.entries()) {
      const submission = SUBMISSIONS[index];
      if (submission === undefined) throw new Error('more messages than submissions');
      const { found, wanted } = difference(submission, message);
      if (JSON.stringify(found) === JSON.stringify(wanted)) continue;
      t.strictSame(found, wanted, `seed ${SEED}, number ${index}`);
      return;
    }
  },
);
