import { decodeSubmission } from '@mailprovider/sender/mail/decode-submission';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import t from 'tap';

const limits = DEFAULT_SUBMISSION_LIMITS;
const mail = { to: 'user@example.com', subject: 'Hello' };
const address = 'user@example.com';

function problemsOf(input: unknown): { field: string; message: string }[] {
  const decoded = decodeSubmission(input, limits);
  return decoded.kind === 'invalid' ? [...decoded.problems] : [];
}

function submissionOf(input: unknown) {
  const decoded = decodeSubmission(input, limits);
  if (decoded.kind === 'invalid') throw new Error(JSON.stringify(decoded.problems));
  return decoded.submission;
}

t.test('takes one mailbox or a list, with or without names', async (t) => {
  const named = { address: 'grüße@münchen.de', name: 'Grüße, "all"' };
  const { to, cc, bcc, replyTo } = submissionOf({
    ...mail,
    to: [address, named],
    cc: named,
    bcc: [{ address, name: '' }],
  });
  t.strictSame(to, [{ address }, named]);
  t.strictSame(cc, [named]);
  t.strictSame(bcc, [{ address }]);
  t.strictSame(replyTo, []);
});

t.test('keeps texts as they are written', async (t) => {
  const text = ' line\r\n.\r\nline\n\u0001\u2028 ';
  const submission = submissionOf({
    ...mail,
    text,
    html: text,
    headers: { 'X-Incident': ' 42 ', 'auto-submitted': 'auto-generated' },
    provider: 'relay',
    escalation: 'prod/fire',
    cluster: 'east',
  });
  t.match(submission, { subject: 'Hello', text, html: text, provider: 'relay' });
  t.match(submission, { escalation: 'prod/fire', cluster: 'east' });
  t.strictSame(submission.headers, [
    ['X-Incident', ' 42 '],
    ['auto-submitted', 'auto-generated'],
  ]);
});

t.test('refuses in a header for programs what would have to be encoded', async (t) => {
  for (const value of ['<https://b.c/ü>', '<a@b.c>  <d@e.f>', '=?utf-8?q?a?=', ' <a@b.c>']) {
    for (const name of ['List-Unsubscribe', 'references']) {
      const expected = { field: `headers.${name}`, message: /printable ASCII/ };
      t.match(problemsOf({ ...mail, headers: { [name]: value } }), [expected], value);
    }
    for (const name of ['Comments', 'X-Title']) {
      t.ok(submissionOf({ ...mail, headers: { [name]: value } }), value);
    }
  }
  const headers = { References: '<a@b.c> <d@e.f>', 'List-ID': 'Ours <ours.example.com>' };
  t.ok(submissionOf({ ...mail, headers }));
});

t.test('decodes attachments', async (t) => {
  const { attachments } = submissionOf({
    ...mail,
    attachments: [
      { filename: 'größe.txt', content: 'aGk=' },
      { filename: 'empty', content: '', contentType: 'text/calendar; method=REQUEST' },
      { filename: 'logo.png', content: 'AAEC', contentId: 'logo@example.com' },
    ],
  });
  t.strictSame(
    attachments.map(({ content, ...rest }) => ({ ...rest, content: [...content] })),
    [
      { filename: 'größe.txt', content: [104, 105] },
      { filename: 'empty', contentType: 'text/calendar; method=REQUEST', content: [] },
      { filename: 'logo.png', contentId: 'logo@example.com', content: [0, 1, 2] },
    ],
  );
});

t.test('needs a recipient and something to say, and no more', async (t) => {
  t.match(problemsOf({}), [{ field: 'to' }, { field: '', message: /something to say/ }]);
  t.match(problemsOf({ to: [], cc: [], subject: 'x' }), [{ field: 'to', message: /recipient/ }]);
  for (const said of [{ subject: 'x' }, { text: 'x' }, { html: 'x' }]) {
    for (const to of ['to', 'cc', 'bcc']) t.strictSame(problemsOf({ [to]: address, ...said }), []);
  }
  t.strictSame(problemsOf({ to: address, attachments: [{ filename: 'a', content: '' }] }), []);
  t.equal(problemsOf({ to: address, subject: '', text: '' }).length, 1);
});

const attachment = { filename: 'a.txt', content: 'aGk=' };
const mistakes: readonly [what: string, input: unknown, field: string, message: RegExp][] = [
  ['a list', [], '', /JSON object/],
  ['nothing', undefined, '', /JSON object/],
  ['a text', 'mail', '', /JSON object/],
  ['a number as recipient', { ...mail, to: 5 }, 'to', /must be "user@example.com" or \{/],
  ['null as recipient', { ...mail, to: null }, 'to', /must be "user@example.com" or \{/],
  ['null among recipients', { ...mail, to: [address, null] }, 'to[1]', /or \{"address"/],
  [
    'a name with an address',
    { ...mail, to: `A <${address}>` },
    'to',
    /\{"name": …, "address": …\}/,
  ],
  ['two addresses in one', { ...mail, cc: [`${address}, b@c.d`] }, 'cc[0]', /as a list/],
  ['no @', { ...mail, to: ['user'] }, 'to[0]', /user@example\.com/],
  ['a misspelt field', { ...mail, to: [{ address, nmae: 'x' }] }, 'to[0].nmae', /no field/],
  ['a missing address', { ...mail, to: { name: 'x' } }, 'to.address', /must be a string/],
  ['a name of two lines', { ...mail, to: { address, name: 'a\nb' } }, 'to.name', /one line/],
  ['a long name', { ...mail, to: { address, name: 'ü'.repeat(129) } }, 'to.name', /256 octets/],
  ['a bad address', { ...mail, replyTo: [{ address: '' }] }, 'replyTo[0].address', /user@/],
  ['a subject that is none', { ...mail, subject: 5 }, 'subject', /must be a string/],
  ['a subject of two lines', { ...mail, subject: 'a\r\nBcc: b@c.d' }, 'subject', /one line/],
  ['a long subject', { ...mail, subject: 'ü'.repeat(495) }, 'subject', /989 octets/],
  ['a text with NUL', { ...mail, text: 'a\0b' }, 'text', /NUL/],
  ['an HTML with half a pair', { ...mail, html: '\ud83d' }, 'html', /surrogate/],
  ['a text that is a file', { ...mail, text: { path: '/etc/passwd' } }, 'text', /must be a string/],
  ['headers as a list', { ...mail, headers: [] }, 'headers', /object of names/],
  ['a header that is no text', { ...mail, headers: { 'X-A': 5 } }, 'headers.X-A', /a string/],
  [
    'a prepared header',
    { ...mail, headers: { 'X-A': { prepared: true } } },
    'headers.X-A',
    /string/,
  ],
  ['a header of two lines', { ...mail, headers: { 'X-A': 'a\rb' } }, 'headers.X-A', /one line/],
  ['an empty header', { ...mail, headers: { 'X-A': ' ' } }, 'headers.X-A', /leave the header out/],
  ['a long header', { ...mail, headers: { 'X-A': 'a'.repeat(994) } }, 'headers.X-A', /998 octets/],
  ['a header twice', { ...mail, headers: { 'X-A': 'a', 'x-a': 'b' } }, 'headers.x-a', /twice/],
  [
    'a header name with a break',
    { ...mail, headers: { 'X\n': 'a' } },
    'headers["X\\n"]',
    /name of/,
  ],
  ['an empty header name', { ...mail, headers: { '': 'a' } }, 'headers[""]', /name of/],
  ['attachments as an object', { ...mail, attachments: attachment }, 'attachments', /a list/],
  ['an attachment as a text', { ...mail, attachments: ['a'] }, 'attachments[0]', /must be \{/],
  ['a provider in capitals', { ...mail, provider: 'Relay' }, 'provider', /RFC 1123/],
  ['a provider with namespace', { ...mail, provider: 'a/b' }, 'provider', /RFC 1123/],
  ['an escalation of three', { ...mail, escalation: 'a/b/c' }, 'escalation', /namespace\/name/],
  ['an empty cluster', { ...mail, cluster: '' }, 'cluster', /namespace\/name/],
  ['an unknown field', { ...mail, from: address }, 'from', /no field/],
  ['a strange field', { ...mail, 'a\r\n': 1 }, '["a\\r\\n"]', /no field/],
  ['a prototype', JSON.parse('{"to":"a@b.c","text":"x","__proto__":{}}'), '__proto__', /no field/],
];

for (const [what, input, field, message] of mistakes) {
  t.test(`refuses ${what} at ${field === '' ? 'the whole' : field}`, async (t) => {
    const problems = problemsOf(input);
    t.equal(problems.length, 1);
    t.match(problems[0], { field, message });
  });
}

const attachmentMistakes: readonly [change: object, field: string, message: RegExp][] = [
  [{ path: '/etc/passwd' }, 'path', /no field/],
  [{ href: 'http://localhost/' }, 'href', /no field/],
  [{ raw: 'x' }, 'raw', /no field/],
  [{ encoding: 'utf8' }, 'encoding', /no field/],
  [{ filename: '' }, 'filename', /empty/],
  [{ filename: '../a' }, 'filename', /folder/],
  [{ filename: 'a\\b' }, 'filename', /folder/],
  [{ filename: 'a\r\nb' }, 'filename', /one line/],
  [{ filename: 'ü'.repeat(128) }, 'filename', /255 octets/],
  [{ content: undefined }, 'content', /base64/],
  [{ content: 'aGk' }, 'content', /padding/],
  [{ content: 'aGk=\n' }, 'content', /line breaks/],
  [{ content: 'aGl=' }, 'content', /base64/],
  [{ content: '_-8=' }, 'content', /section 4/],
  [{ content: { path: '/etc/passwd' } }, 'content', /base64/],
  [{ contentType: 'text' }, 'contentType', /media type/],
  [{ contentType: 'text/plain\r\nX: y' }, 'contentType', /media type/],
  [{ contentType: 'message/rfc822' }, 'contentType', /octet-stream/],
  [{ contentType: 'Multipart/mixed' }, 'contentType', /octet-stream/],
  [{ contentId: '<logo>' }, 'contentId', /without </],
  [{ contentId: 'a'.repeat(129) }, 'contentId', /128/],
];

t.test('refuses each mistake of an attachment at its field', async (t) => {
  for (const [change, field, message] of attachmentMistakes) {
    const input = { ...mail, attachments: [attachment, { ...attachment, ...change }] };
    t.match(problemsOf(input), [{ field: `attachments[1].${field}`, message }]);
  }
});

t.test('tells all mistakes at once, and none of the values', async (t) => {
  const canary = 'canary';
  const problems = problemsOf({
    to: [canary, { address: canary, name: `${canary}\n` }],
    subject: `${canary}\r`,
    headers: { From: canary, 'X-A': `${canary}\0` },
    attachments: [{ filename: `${canary}/`, content: canary, contentType: canary }],
    provider: `${canary}_`,
    wrong: canary,
  });
  t.strictSame(problems.map(({ field }) => field).sort(), [
    'attachments[0].content',
    'attachments[0].contentType',
    'attachments[0].filename',
    'headers.From',
    'headers.X-A',
    'provider',
    'subject',
    'to[0]',
    'to[1].address',
    'to[1].name',
    'wrong',
  ]);
  t.notMatch(JSON.stringify(problems), new RegExp(canary));
});

t.test('counts before it looks at anything', async (t) => {
  const small = { recipients: 2, attachments: 1, headerFields: 1, contentBytes: 4 };
  const decode = (input: object) => decodeSubmission({ ...mail, ...input }, small);
  const cases: readonly [input: object, field: string, message: RegExp][] = [
    [{ cc: 'x', bcc: [{}] }, 'to', /at most 2 recipients/],
    [{ replyTo: [1, 2, 3] }, 'replyTo', /at most 2 addresses/],
    [{ headers: { a: 1, b: 2 } }, 'headers', /at most 1 header fields/],
    [{ attachments: [1, 2] }, 'attachments', /at most 1 attachments/],
    [{ text: 'ää', html: 'b' }, '', /at most 4 bytes/],
    [{ attachments: [{ content: 'AAAAAAA=' }] }, '', /at most 4 bytes/],
  ];
  for (const [input, field, message] of cases) {
    const decoded = decode(input);
    t.equal(decoded.kind === 'invalid' && decoded.problems.length, 1);
    t.match(decoded, { problems: [{ field, message }] });
  }
  const atTheLimits = { cc: address, text: 'ä', attachments: [{ filename: 'a', content: 'AAA=' }] };
  t.equal(decode(atTheLimits).kind, 'decoded');
  t.equal(problemsOf({ ...mail, to: Array(100).fill(address) }).length, 0);
  t.equal(problemsOf({ ...mail, to: Array(101).fill(address) }).length, 1);
});

t.test('tells at most a hundred unknown fields, and cuts their names', async (t) => {
  const names = Array.from({ length: 5_000 }, (_, index) => [`${'x'.repeat(500)}${index}`, 1]);
  const problems = problemsOf({ ...mail, ...Object.fromEntries(names) });
  t.equal(problems.length, 100);
  t.ok(problems.every(({ field }) => field.length < 100));
});
