import type { Attachment, Mailbox, Submission } from '@mailprovider/sender/mail/submission';
import fc from 'fast-check';
import { submissionOf } from './submission.ts';

/** What breaks out of a field where it is written as it is, or is read as something else. */
const TRICKS = [
  '\r\nBcc: evil@example.com',
  '\nSubject: other',
  '\r\r\n\n',
  '\r\n\r\n<html>',
  '\r\n.\r\n',
  '\n.',
  '=?utf-8?q?=0D=0ABcc:_evil@example.com?=',
  '=?utf-8?b?',
  '?=',
  '"',
  '\\',
  '\\"',
  ', evil@example.com',
  ' <evil@example.com>',
  ';',
  ':',
  '(comment)',
  '%0D%0A',
  '\t',
  '  ',
  ' ',
  '\u0000',
  '\u007f',
  '\u2028',
  '\u202e',
  '\ud83d',
  '🎉👩‍👩‍👧',
  'مرحبا',
  'Grüße',
  'ﾊﾟ',
  "filename*=utf-8''x",
  '../../etc/passwd',
  'word',
  'x'.repeat(80),
];
const LONG = ['y'.repeat(1200), 'ü'.repeat(700), 'word '.repeat(400), ' '.repeat(300)];

const tricky = fc
  .array(fc.constantFrom(...TRICKS), { maxLength: 6 })
  .map((fragments) => fragments.join(''));
const anyText = fc.oneof(
  { weight: 8, arbitrary: tricky },
  { weight: 1, arbitrary: fc.constantFrom(...LONG) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 120 }) },
);

const mailbox: fc.Arbitrary<Mailbox> = fc.record(
  {
    address: fc.oneof(
      fc.emailAddress(),
      fc.constantFrom('"a b"@example.com', '"a,\\"b"@example.com', 'jürgen@köln.example'),
      fc.constantFrom('a@köln.example', "o'neil+x@example.com"),
    ),
    name: anyText,
  },
  { requiredKeys: ['address'] },
);

/** A file name is at most as long as file systems allow. */
const filename = anyText.map((text) =>
  text.trim() === '' ? 'file' : [...text].slice(0, 200).join(''),
);

const attachment: fc.Arbitrary<Attachment> = fc.record(
  {
    filename,
    contentType: fc.oneof(
      fc.constantFrom('image/png', 'text/plain', 'message/rfc822', 'multipart/mixed', 'text/html'),
      tricky,
    ),
    content: fc.uint8Array({ maxLength: 400 }),
    contentId: fc.constantFrom('logo', 'part.1@example.com'),
  },
  { requiredKeys: ['filename', 'content'] },
);

const mailboxes = fc.array(mailbox, { maxLength: 3 });

/** Submissions each field of which holds what might break out of it. */
export const fuzzedSubmission: fc.Arbitrary<Submission> = fc
  .record(
    {
      to: mailboxes,
      cc: mailboxes,
      bcc: mailboxes.map((list) =>
        list.map((entry, index) => ({ ...entry, address: `hidden-${index}@bcc.example` })),
      ),
      replyTo: mailboxes,
      subject: anyText,
      text: anyText,
      html: anyText,
      headers: fc.tuple(
        ...['X-One', 'X-Two', 'Importance', 'List-Unsubscribe', 'References'].map((name) =>
          fc.tuple(fc.constant(name), anyText),
        ),
      ),
      attachments: fc.array(attachment, { maxLength: 3 }),
    },
    { requiredKeys: ['to', 'cc', 'bcc', 'replyTo', 'subject', 'headers', 'attachments'] },
  )
  .map(submissionOf);
