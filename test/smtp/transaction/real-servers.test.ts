import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { SmtpSession } from '@mailprovider/smtp';
import { SMTPServer } from 'smtp-server';
import t, { type Test } from 'tap';
import { Authority } from '../certificates.ts';
import { postfix } from '../postfix.ts';
import { CREDENTIALS, open } from '../probe.ts';
import { smtpSink, smtpSinkMissing } from '../smtp-sink.ts';
import { mailTo, sent } from './sending.ts';

const MESSAGES = 1_000;

/** Sends one after the other over one session, to one, two and three recipients in turn. */
async function sendMany(t: Test, session: SmtpSession): Promise<void> {
  for (let i = 0; i < MESSAGES; i++) {
    const recipients = (i % 3) + 1;
    const content = [Buffer.from(`Subject: ${i}\r\n\r\n`), Buffer.from(`..${'x'.repeat(i)}\r\n`)];
    const results = await sent(session, mailTo(recipients, { content, envelopeId: `id-${i}` }));
    if (results.length === recipients && results.every((it) => it === 'delivered')) continue;
    t.fail(`message ${i}`, { results });
    return;
  }
  t.ok(session.usable);
  await session.quit();
}

t.test('smtp-sink takes 1,000 messages over one session', { skip: smtpSinkMissing }, async (t) => {
  await sendMany(t, await open({ target: { port: await smtpSink(t) } }));
});

t.test('Postfix takes 1,000 messages over one session', { skip: postfix.missing }, async (t) => {
  const authority = new Authority();
  const ports = await postfix.start(t, authority.issue({ names: ['mail.example'] }));
  const session = await open({
    target: {
      port: ports.starttls,
      tlsMode: 'starttls',
      certificateAuthority: authority.cert,
    },
    credentials: CREDENTIALS,
    deadlineMs: 20_000,
  });
  t.strictSame(
    ['PIPELINING', 'SIZE', '8BITMIME', 'SMTPUTF8', 'DSN'].filter((it) =>
      session.extensions.has(it),
    ),
    ['PIPELINING', 'SIZE', '8BITMIME', 'SMTPUTF8', 'DSN'],
  );
  t.strictSame(await sent(session, mailTo(['nobody@'])), ['rejected rcpt RecipientRejected 501']);
  t.strictSame(await sent(session, mailTo(['ok@mail.example', 'nobody@'])), [
    'delivered',
    'rejected rcpt RecipientRejected 501',
  ]);
  await sendMany(t, session);
});

t.test('smtp-server receives 1,000 messages over one session as they were sent', async (t) => {
  const received: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _session, callback) => {
      callback(address.startsWith('nobody') ? new Error('no') : null);
    },
    onData: (stream, { envelope }, callback) => {
      void buffer(stream).then((bytes) => {
        received.push(`${envelope.rcptTo.length} ${bytes.toString()}`);
        callback();
      });
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = listener.address() as AddressInfo;
  const session = await open({ target: { port } });
  const refused = 'rejected rcpt RecipientRejected 550';
  t.strictSame(await sent(session, mailTo(['nobody@a.example'])), [refused]);
  t.strictSame(await sent(session, mailTo(['nobody@a.example', 'b@a.example'])), [
    refused,
    'delivered',
  ]);
  received.length = 0;
  await sendMany(t, session);
  const expected = Array.from(
    { length: MESSAGES },
    (_, i) => `${(i % 3) + 1} Subject: ${i}\r\n\r\n.${'x'.repeat(i)}\r\n`,
  );
  t.strictSame(received, expected);
});
