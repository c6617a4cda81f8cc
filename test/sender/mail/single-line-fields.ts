import type { Submission } from '@mailprovider/sender/mail/submission';

/** What ends a line, or what some reader takes for its end, and what hides it. */
export const BREAKS = [
  '\r\n',
  '\n',
  '\r',
  '\0',
  '\v',
  '\f',
  '\x1b',
  '\x7f',
  '\u0085',
  '\u2028',
  '\u2029',
];
export const TRICKS = [
  'Bcc: evil@example.net',
  '\r\nBcc: evil@example.net',
  '\r\n\r\n<html>',
  '\r\n.\r\nMAIL FROM:<evil@example.net>',
  '> SIZE=1',
  '=?utf-8?Q?a=0D=0ABcc:_evil@example.net?=',
  '%0d%0aBcc: evil@example.net',
  '\\r\\nBcc: evil@example.net',
  '\t folded',
  '"; name="evil.exe',
  '<evil@example.net>',
  ', evil@example.net',
  '\ud83d',
  '\u560d\u560a',
];

export const MAIL = { to: 'user@example.com', subject: 'x', text: 'x' };
const FILE = { filename: 'a.txt', content: 'aGk=' };
const A = 'user@example.com';

/** A field, how a value gets into a mail there, and what the decoded mail has of it. */
export type Field = readonly [
  valid: string,
  put: (value: string) => object,
  read: (submission: Submission) => unknown,
];

const mailboxFields = (['to', 'cc', 'bcc', 'replyTo'] as const).flatMap((key): Field[] => [
  [A, (value) => ({ [key]: value }), (mail) => mail[key][0]?.address],
  [A, (value) => ({ [key]: [A, value] }), (mail) => mail[key][1]?.address],
  [A, (address) => ({ [key]: { address } }), (mail) => mail[key][0]?.address],
  ['Ann', (name) => ({ [key]: [{ address: A, name }] }), (mail) => mail[key][0]?.name],
]);
const headerFields = [
  'X-Incident',
  'Auto-Submitted',
  'Comments',
  'In-Reply-To',
  'Keywords',
  'List-Unsubscribe',
  'Organization',
  'Precedence',
  'References',
].map(
  (name): Field => [
    'a value',
    (value) => ({ headers: { [name]: value } }),
    (mail) => mail.headers[0]?.[1],
  ],
);
export const singleLineFields: readonly Field[] = [
  ...mailboxFields,
  ...headerFields,
  ['Hello', (subject) => ({ subject }), (mail) => mail.subject],
  ['X-A', (name) => ({ headers: { [name]: 'x' } }), (mail) => mail.headers[0]?.[0]],
  [
    'a.txt',
    (filename) => ({ attachments: [{ ...FILE, filename }] }),
    (mail) => mail.attachments[0]?.filename,
  ],
  [
    'text/plain',
    (contentType) => ({ attachments: [{ ...FILE, contentType }] }),
    (mail) => mail.attachments[0]?.contentType,
  ],
  [
    'logo',
    (contentId) => ({ attachments: [{ ...FILE, contentId }] }),
    (mail) => mail.attachments[0]?.contentId,
  ],
  ['relay', (provider) => ({ provider }), (mail) => mail.provider],
  ['ns/name', (escalation) => ({ escalation }), (mail) => mail.escalation],
  ['ns/name', (cluster) => ({ cluster }), (mail) => mail.cluster],
];
