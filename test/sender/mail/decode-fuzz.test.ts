import { decodeSubmission } from '@mailprovider/sender/mail/decode-submission';
import type { Submission } from '@mailprovider/sender/mail/submission';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import fc from 'fast-check';
import t from 'tap';

/** What ends a line, or what some reader takes for its end, and what hides it. */
const BREAKS = ['\r\n', '\n', '\r', '\0', '\v', '\f', '\x1b', '\x7f', '\u0085', '\u2028', '\u2029'];
const TRICKS = [
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

const MAIL = { to: 'user@example.com', subject: 'x', text: 'x' };
const FILE = { filename: 'a.txt', content: 'aGk=' };
const A = 'user@example.com';

/** A field, how a value gets into a mail there, and what the decoded mail has of it. */
type Field = readonly [
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
const singleLineFields: readonly Field[] = [
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

function decode(field: object) {
  return decodeSubmission({ ...MAIL, ...field }, DEFAULT_SUBMISSION_LIMITS);
}

/** A valid value with tricks and breaks somewhere in it. */
const spoilt = (valid: string) =>
  fc
    .tuple(
      fc.nat(valid.length),
      fc.array(fc.oneof(fc.constantFrom(...BREAKS, ...TRICKS), fc.string({ unit: 'binary' }))),
    )
    .map(([at, parts]) => valid.slice(0, at) + parts.join('') + valid.slice(at));

t.test('has at least thirty fields of one line to try', async (t) => {
  t.ok(singleLineFields.length >= 30, String(singleLineFields.length));
  for (const [valid, put, read] of singleLineFields) {
    const decoded = decode(put(valid));
    t.equal(
      decoded.kind === 'decoded' && read(decoded.submission),
      valid,
      JSON.stringify(put('…')),
    );
  }
});

t.test('refuses what breaks a line, at each place of each field', async (t) => {
  const spoiltFields = singleLineFields.flatMap(([valid, put]) =>
    [...BREAKS, '\ud83d', '\udc00'].flatMap((broken) =>
      [0, 1, valid.length].map((at) => put(valid.slice(0, at) + broken + valid.slice(at))),
    ),
  );
  const taken = spoiltFields.filter((field) => decode(field).kind === 'decoded');
  t.equal(taken.length, 0, `of ${spoiltFields.length}`);
});

t.test('decodes each value unchanged, or refuses it', async (t) => {
  for (const [valid, put, read] of singleLineFields) {
    const property = fc.property(spoilt(valid), (value) => {
      const decoded = decode(put(value));
      if (decoded.kind === 'invalid') return decoded.problems.length > 0;
      const kept = read(decoded.submission);
      return (kept === value || (value === '' && kept === undefined)) && !/[\r\n\0]/.test(value);
    });
    t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }), JSON.stringify(put('…')));
  }
});

t.test('takes any JSON without a fault, and only decodes what is a mail', async (t) => {
  const property = fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
    const keys = ['to', 'headers', 'attachments', 'subject', 'text', 'provider', '__proto__'];
    return [value, { [keys[0] ?? '']: value }, ...keys.map((key) => ({ ...MAIL, [key]: other }))]
      .map((input) => decodeSubmission(input, DEFAULT_SUBMISSION_LIMITS))
      .every((decoded) => decoded.kind === 'decoded' || decoded.problems.length > 0);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1_000 }));
});
