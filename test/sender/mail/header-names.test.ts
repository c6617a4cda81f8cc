import {
  ALLOWED_HEADERS,
  DENIED_X_FAMILIES,
  headerNameProblem,
} from '@mailprovider/sender/mail/header-names';
import t from 'tap';

t.test('takes the names of the list and other X- names, in any case', async (t) => {
  const names = [...ALLOWED_HEADERS, 'X-Incident-ID', 'X-Priority', 'x-topic', 'X-Mailer', 'X-a.b'];
  for (const name of names) {
    t.equal(headerNameProblem(name), undefined, name);
    t.equal(headerNameProblem(name.toUpperCase()), undefined, name);
  }
});

t.test(
  'refuses what decides about senders, recipients, identity, trace and structure',
  async (t) => {
    const names =
      'From Sender To Cc Bcc Reply-To Return-Path Subject Date Message-ID MIME-Version ' +
      'Content-Type Content-Transfer-Encoding Content-Anything Resent-From Resent-To Resent-Bcc ' +
      'DKIM-Signature ARC-Seal ARC-Anything Received Received-SPF Authentication-Results ' +
      'Delivered-To Errors-To Disposition-Notification-To Return-Receipt-To Apparently-To BIMI-Location';
    for (const name of names.split(' ')) {
      t.match(headerNameProblem(name), /may not be set/, name);
      t.match(headerNameProblem(name.toLowerCase()), /may not be set/, name);
    }
    t.match(headerNameProblem('Subject'), /use the field "subject"/);
    t.match(headerNameProblem('From'), /the MailProvider sets it/);
  },
);

t.test('refuses X- names that mail services obey', async (t) => {
  for (const family of DENIED_X_FAMILIES) {
    for (const name of [family, `${family}-More`, family.toUpperCase()]) {
      t.match(headerNameProblem(name), /obey or trust/, name);
    }
  }
  for (const name of ['X-MC-BccAddress', 'x-smtpapi', 'X-MSYS-API', 'X-SES-SOURCE-ARN', 'X-']) {
    t.match(headerNameProblem(name), /obey or trust/, name);
  }
});

t.test('refuses what is no name', async (t) => {
  const names = [
    '',
    ' ',
    'X-A:',
    'X A',
    'X-A\r\nBcc',
    'X-Ä',
    'X-\0',
    `X-${'a'.repeat(75)}`,
    ' X-A',
  ];
  for (const name of names) {
    t.match(headerNameProblem(name), /printable ASCII/, JSON.stringify(name));
  }
});
