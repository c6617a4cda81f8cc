import { renderMail } from '@mailprovider/sender/render/render-mail';
import { headOf } from '@mailprovider/sender/render/sender-head';
import t from 'tap';
import { parsedMessages, WITHOUT_PYTHON } from './parsed-message.ts';
import { IDENTITY, submissionOf } from './submission.ts';

const PNG = Uint8Array.from({ length: 500 }, (_, index) => index % 256);

async function textOf(fields: Parameters<typeof submissionOf>[0]): Promise<string> {
  const { content } = await renderMail(submissionOf(fields), IDENTITY);
  return Buffer.from(content).toString('latin1');
}

t.test('a mail of text is as short as it can be', async (t) => {
  const text = await textOf({
    to: [{ address: 'oncall@example.com', name: 'On Call' }],
    bcc: [{ address: 'audit@example.com' }],
    subject: 'Request for production',
    headers: [['X-Request', '42']],
    text: 'Granted.\n.\n..dots\r\nlast',
  });
  t.equal(
    text,
    [
      'To: On Call <oncall@example.com>',
      'Subject: Request for production',
      'X-Request: 42',
      `Message-ID: ${IDENTITY.messageId}`,
      'Date: Fri, 02 Jan 2026 03:04:05 +0000',
      'Content-Transfer-Encoding: 7bit',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Granted.',
      '..',
      '...dots',
      'last',
      '',
    ].join('\r\n'),
  );
});

t.test('the same mail has the same bytes', async (t) => {
  const submission = submissionOf({
    subject: 'ü',
    text: 'ü',
    html: '<b>ü</b><img src="cid:logo">',
    attachments: [{ filename: 'logo.png', content: PNG, contentId: 'logo' }],
  });
  const [first, second] = [
    await renderMail(submission, IDENTITY),
    await renderMail(submission, IDENTITY),
  ];
  t.strictSame(first, second);
});

t.test('an empty mail is a message', async (t) => {
  t.match(await textOf({}), /^Subject: \r\nMessage-ID: .*\r\n\r\n$/s);
});

t.test('only an address with a local part beyond ASCII needs SMTPUTF8', async (t) => {
  const smtpUtf8 = async (address: string) => {
    const fields = { to: [{ address, name: 'Jürgen' }], subject: 'Grüße', text: 'Köln' };
    return (await renderMail(submissionOf(fields), IDENTITY)).smtpUtf8;
  };
  t.equal(await smtpUtf8('a@köln.example'), false);
  t.match(await textOf({ to: [{ address: 'a@köln.example' }] }), /^To: a@xn--kln-sna\.example\r\n/);
  t.equal(await smtpUtf8('jürgen@köln.example'), true);
  t.equal(await smtpUtf8('jürgen@example.com'), true);
  const bcc = [{ address: 'jürgen@example.com' }];
  t.equal((await renderMail(submissionOf({ bcc }), IDENTITY)).smtpUtf8, false, 'not in a header');
});

t.test('parts that may not be encoded are bytes', async (t) => {
  for (const contentType of [
    'message/rfc822',
    'Multipart/Mixed; boundary=x',
    'x',
    'a/b\r\nBcc: c',
  ]) {
    const attachments = [{ filename: 'mail', contentType, content: PNG }];
    t.match(await textOf({ attachments }), /\r\nContent-Type: application\/octet-stream;/);
  }
  const attachments = [{ filename: 'mail.eml', content: PNG }];
  t.match(await textOf({ attachments }), /\r\nContent-Type: application\/octet-stream;/);
});

t.test('the head of a sender is one field that ends its line', async (t) => {
  const head = (name?: string) =>
    Buffer.from(
      headOf({ address: 'noreply@example.com', ...(name === undefined ? {} : { name }) }),
    ).toString('latin1');
  t.equal(head(), 'From: noreply@example.com\r\n');
  t.equal(head('Breakglass'), 'From: Breakglass <noreply@example.com>\r\n');
  t.equal(head('Doe, "J"'), 'From: "Doe, \\"J\\"" <noreply@example.com>\r\n');
  t.equal(head('Köln'), 'From: =?UTF-8?Q?K=C3=B6ln?= <noreply@example.com>\r\n');
  t.match(
    head('ü'.repeat(100)),
    /^From: =\?UTF-8\?B\?(?:.{1,76}\r\n )+.*<noreply@example\.com>\r\n$/,
  );
});

t.test('another parser reads what was submitted', { skip: WITHOUT_PYTHON }, async (t) => {
  const text = 'Grüße\n\n.\n-- \n'.repeat(3);
  const html = `<p>${'long '.repeat(300)}</p>`;
  const { content } = await renderMail(
    submissionOf({
      to: [{ address: 'a@example.com', name: 'Ä, "B"' }, { address: 'b@example.com' }],
      cc: [{ address: '"a b"@example.com', name: 'Plain' }],
      replyTo: [{ address: 'c@example.com', name: '' }],
      subject: '=?utf-8?q?not_decoded?= ✓',
      headers: [
        ['X-Ticket', 'a  b '],
        ['List-Id', '<list.example.com>'],
      ],
      text,
      html,
      attachments: [
        { filename: 'Rechnung ü "1".pdf', content: PNG },
        { filename: 'logo.png', content: PNG, contentId: 'logo@mail' },
        { filename: 'empty.txt', content: new Uint8Array() },
      ],
    }),
    IDENTITY,
  );
  const head = headOf({ address: 'noreply@example.com', name: 'Breakglass: ü' });
  const [message] = await parsedMessages([Buffer.concat([head, content])]);
  t.match(message, {
    defects: [],
    mailboxes: {
      from: [{ address: 'noreply@example.com', name: 'Breakglass: ü' }],
      to: [
        { address: 'a@example.com', name: 'Ä, "B"' },
        { address: 'b@example.com', name: '' },
      ],
      cc: [{ address: '"a b"@example.com', name: 'Plain' }],
      'reply-to': [{ address: 'c@example.com', name: '' }],
    },
    containers: ['multipart/mixed', 'multipart/alternative', 'multipart/related'],
  });
  const fields = new Map(message?.fields);
  t.equal(fields.get('Subject'), '=?utf-8?q?not_decoded?= ✓');
  t.equal(fields.get('X-Ticket'), 'a  b ');
  t.equal(fields.get('List-Id'), '<list.example.com>');
  const parts = message?.parts.map(({ type, disposition, filename, contentId, content }) => [
    type,
    disposition,
    filename,
    contentId,
    content.toString('latin1'),
  ]);
  const bytes = Buffer.from(PNG).toString('latin1');
  const latin1 = (value: string) => Buffer.from(value.replaceAll('\n', '\r\n')).toString('latin1');
  t.strictSame(parts, [
    ['text/plain', null, null, null, latin1(text)],
    ['text/html', null, null, null, latin1(html)],
    ['image/png', 'inline', 'logo.png', '<logo@mail>', bytes],
    ['application/pdf', 'attachment', 'Rechnung ü "1".pdf', null, bytes],
    ['text/plain', 'attachment', 'empty.txt', null, ''],
  ]);
});
