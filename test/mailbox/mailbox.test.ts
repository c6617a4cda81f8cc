import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type Mailbox, type ReceivedMessage, startMailbox } from '@mailprovider/mailbox';
import { createAuthority } from '@mailprovider/pki';
import t, { type Test } from 'tap';
import { ScriptedClient } from './scripted-client.ts';

const validity = { now: new Date(), validDays: 1 };
const authority = createAuthority({ commonName: 'mailbox authority', ...validity });
const ca = authority.certificatePem;
const options = {
  host: '127.0.0.1',
  smtpPort: 0,
  smtpsPort: 0,
  httpPort: 0,
  certificate: authority.issue({
    commonName: 'mailbox',
    addresses: ['127.0.0.1'],
    usages: ['server'],
    ...validity,
  }),
  credentials: { username: 'mailer', password: 'correct horse' },
};

async function mailboxFor(t: Test): Promise<Mailbox> {
  const mailbox = await startMailbox(options);
  t.teardown(() => mailbox.close());
  return mailbox;
}

async function clientFor(t: Test, connecting: Promise<ScriptedClient>): Promise<ScriptedClient> {
  const client = await connecting;
  t.teardown(() => client.end());
  return client;
}

async function received(mailbox: Mailbox): Promise<readonly ReceivedMessage[]> {
  const response = await fetch(mailbox.url);
  return (await response.json()) as readonly ReceivedMessage[];
}

function plainToken(username: string, password: string): string {
  return Buffer.from(`\0${username}\0${password}`).toString('base64');
}

async function sendMail(client: ScriptedClient): Promise<string> {
  await client.send('MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA');
  return client.send('Subject: hello\r\n\r\nGrüße\r\n.');
}

t.test('a plain session without authentication delivers to the mailbox', async (t) => {
  const mailbox = await mailboxFor(t);
  const client = await clientFor(t, ScriptedClient.plain(mailbox.smtpPort));
  const offers = await client.send('EHLO client.example.com');
  t.match(offers, /250[- ]STARTTLS\r\n/);
  t.match(offers, /250[- ]AUTH .*\bPLAIN\b/);
  t.match(offers, /250[- ]AUTH .*\bLOGIN\b/);
  t.match(offers, /250[- ]SIZE 10485760\r\n/);
  await client.send('MAIL FROM:<a@example.com>');
  await client.send('RCPT TO:<b@example.com>', 'RCPT TO:<c@example.com>', 'DATA');
  t.match(await client.send('Subject: hello\r\n\r\nGrüße\r\n.'), /^250 /);

  const [message, ...others] = await received(mailbox);
  t.same(others, []);
  t.same(message?.envelope, { from: 'a@example.com', to: ['b@example.com', 'c@example.com'] });
  t.equal(message?.raw, 'Subject: hello\r\n\r\nGrüße\r\n');
  t.equal(message?.tls, false);
  t.equal(message !== undefined && 'authenticatedAs' in message, false);
  t.ok(Math.abs(Date.now() - Date.parse(message?.receivedAt ?? '')) < 60_000);
});

t.test('STARTTLS and AUTH PLAIN show in what is kept', async (t) => {
  const mailbox = await mailboxFor(t);
  const client = await clientFor(t, ScriptedClient.plain(mailbox.smtpPort));
  await client.send('EHLO client.example.com');
  await client.startTls(ca);
  t.notMatch(await client.send('EHLO client.example.com'), /STARTTLS/);
  t.match(await client.send(`AUTH PLAIN ${plainToken('mailer', 'correct horse')}`), /^235 /);
  t.match(await sendMail(client), /^250 /);
  t.match(await received(mailbox), [{ tls: true, authenticatedAs: 'mailer' }]);
});

t.test('implicit TLS speaks TLS from the first byte', async (t) => {
  const mailbox = await mailboxFor(t);
  const client = await clientFor(t, ScriptedClient.tls(mailbox.smtpsPort, ca));
  await client.send('EHLO client.example.com');
  t.match(await sendMail(client), /^250 /);
  t.match(await received(mailbox), [{ tls: true }]);
});

t.test('AUTH works without TLS, by PLAIN and by LOGIN', async (t) => {
  const mailbox = await mailboxFor(t);
  const plain = await clientFor(t, ScriptedClient.plain(mailbox.smtpPort));
  await plain.send('EHLO client.example.com');
  t.match(await plain.send(`AUTH PLAIN ${plainToken('mailer', 'correct horse')}`), /^235 /);
  const login = await clientFor(t, ScriptedClient.plain(mailbox.smtpPort));
  await login.send('EHLO client.example.com', 'AUTH LOGIN', btoa('mailer'));
  t.match(await login.send(btoa('correct horse')), /^235 /);
});

t.test('every other pair of credentials is refused with 535', async (t) => {
  const mailbox = await mailboxFor(t);
  const pairs = [
    ['mailer', 'wrong'],
    ['mailer', ''],
    ['other', 'correct horse'],
    ['MAILER', 'correct horse'],
    ['mailer', 'correct horse '],
  ] as const;
  for (const [username, password] of pairs) {
    const client = await clientFor(t, ScriptedClient.plain(mailbox.smtpPort));
    await client.send('EHLO client.example.com');
    t.match(await client.send(`AUTH PLAIN ${plainToken(username, password)}`), /^535 /);
    await client.send('AUTH LOGIN', btoa(username));
    t.match(await client.send(btoa(password)), /^535 /);
  }
});

t.test('a message of more than 10 MiB is refused and not kept', async (t) => {
  const mailbox = await mailboxFor(t);
  const client = await clientFor(t, ScriptedClient.plain(mailbox.smtpPort));
  await client.send('EHLO client.example.com', 'MAIL FROM:<a@example.com>');
  await client.send('RCPT TO:<b@example.com>', 'DATA');
  const line = `${'x'.repeat(1_022)}\r\n`;
  client.write(line.repeat(10 * 1_024 + 1));
  t.match(await client.send('.'), /^552 /);
  t.same(await received(mailbox), []);
  t.match(await sendMail(client), /^250 /, 'the session goes on');
});

t.test('a client that gives up a TLS handshake does no harm', async (t) => {
  const mailbox = await mailboxFor(t);
  const socket = connect(mailbox.smtpsPort, '127.0.0.1', () => socket.end('not TLS\r\n'));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  const client = await clientFor(t, ScriptedClient.tls(mailbox.smtpsPort, ca));
  t.match(await client.send('EHLO client.example.com'), /^250/);
});

t.test('the list is read only', async (t) => {
  const mailbox = await mailboxFor(t);
  const response = await fetch(mailbox.url, { method: 'DELETE' });
  t.equal(response.status, 405);
  t.equal(response.headers.get('allow'), 'GET');
});

t.test('a port in use rejects, names the port and leaves nothing open', async (t) => {
  const occupant = createServer().listen(0, '127.0.0.1');
  await once(occupant, 'listening');
  t.teardown(() => occupant.close());
  const address = occupant.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const first = await mailboxFor(t);
  await first.close();
  const ports = { smtpPort: first.smtpPort, smtpsPort: first.smtpsPort, httpPort: port };
  await t.rejects(startMailbox({ ...options, ...ports }), {
    message: new RegExp(`port ${port} is in use`),
  });
  const again = await startMailbox({ ...options, smtpPort: first.smtpPort });
  await again.close();
});

t.test('close ends open connections at once', async (t) => {
  const mailbox = await startMailbox(options);
  const idle: Socket[] = [mailbox.smtpPort, mailbox.smtpsPort].map((port) =>
    connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
  );
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const plain = await ScriptedClient.plain(mailbox.smtpPort);
  const tls = await ScriptedClient.tls(mailbox.smtpsPort, ca);
  const upgraded = await ScriptedClient.plain(mailbox.smtpPort);
  await upgraded.send('EHLO client.example.com');
  await upgraded.startTls(ca);
  await fetch(mailbox.url);
  const ends = idle.map((socket) => {
    socket.on('error', () => undefined);
    return once(socket.resume(), 'end').catch(() => undefined);
  });
  const start = performance.now();
  await mailbox.close();
  t.ok(performance.now() - start < 1_000);
  await Promise.all([...ends, plain.closed, tls.closed, upgraded.closed]);
  for (const socket of idle) socket.destroy();
});
