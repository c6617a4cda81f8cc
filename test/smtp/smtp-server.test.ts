import { once } from 'node:events';
import type { Target } from '@mailprovider/provider/target';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import t, { type Test } from 'tap';
import { Authority } from './certificates.ts';
import { CREDENTIALS, failureOf, open } from './probe.ts';

// Most of these tests only wait: the buffered ones do so together.
t.jobs = 8;

const authority = new Authority();
const identity = authority.issue({ names: ['mail.example'], addresses: ['127.0.0.1'] });

/** The server's own view: user names it was asked to authenticate, and connections still open. */
interface Seen {
  readonly port: number;
  readonly attempts: readonly string[];
  allClosed(): Promise<void>;
}

async function smtpServer(t: Test, options: SMTPServerOptions): Promise<Seen> {
  const attempts: string[] = [];
  const server = new SMTPServer({
    ...identity,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ method, username, password }, _session, callback) => {
      attempts.push(`${method} ${username}`);
      const right = username === CREDENTIALS.username && password === CREDENTIALS.password;
      callback(right ? null : new Error('no'), right ? { user: username } : undefined);
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.teardown(() => new Promise((resolve) => server.close(() => resolve(undefined))));
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    attempts,
    allClosed: async () => {
      while (server.connections.size > 0) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const certificateAuthority = authority.cert;
const MODES: readonly [Target['tlsMode'], SMTPServerOptions][] = [
  ['none', { allowInsecureAuth: true, hideSTARTTLS: true }],
  ['starttls', {}],
  ['opportunistic', {}],
  ['implicit', { secure: true }],
];

for (const [tlsMode, options] of MODES) {
  for (const mechanism of ['PLAIN', 'LOGIN']) {
    t.test(
      `${tlsMode}: authenticates by ${mechanism}, and QUIT ends it`,
      { buffered: true },
      async (t) => {
        const server = await smtpServer(t, { ...options, authMethods: [mechanism] });
        const target = { port: server.port, tlsMode, certificateAuthority };
        const session = await open({ target, credentials: CREDENTIALS });
        t.equal(session.tls?.verified, tlsMode === 'none' ? undefined : true);
        t.same(session.extensions.get('AUTH'), [mechanism]);
        await session.quit();
        await server.allClosed();
        t.same(server.attempts, [`${mechanism} alice`]);
      },
    );

    t.test(
      `${tlsMode}: a wrong password fails after one ${mechanism}`,
      { buffered: true },
      async (t) => {
        const server = await smtpServer(t, { ...options, authMethods: [mechanism] });
        const failure = await failureOf(t, {
          target: { port: server.port, tlsMode, certificateAuthority },
          credentials: { ...CREDENTIALS, password: 'wrong' },
        });
        const reason = 'AuthenticationFailed';
        t.same(failure, { stage: 'auth', reason, permanent: true, code: 535 });
        await server.allClosed();
        t.same(server.attempts, [`${mechanism} alice`]);
      },
    );
  }

  t.test(`${tlsMode}: needs no credentials where none are set`, { buffered: true }, async (t) => {
    const server = await smtpServer(t, options);
    const session = await open({ target: { port: server.port, tlsMode, certificateAuthority } });
    await session.quit();
    await server.allClosed();
    t.same(server.attempts, []);
  });
}

t.test(
  'opportunistic: stays plain where STARTTLS is not offered',
  { buffered: true },
  async (t) => {
    const server = await smtpServer(t, { hideSTARTTLS: true });
    const session = await open({ target: { port: server.port, tlsMode: 'opportunistic' } });
    t.equal(session.tls, undefined);
    await session.quit();
  },
);

t.test(
  'opportunistic: a failed verification never falls back to plain',
  { buffered: true },
  async (t) => {
    const server = await smtpServer(t, {});
    const target = { port: server.port, tlsMode: 'opportunistic' } as const;
    const failure = await failureOf(t, { target });
    t.same(failure, { stage: 'starttls', reason: 'CertificateNotTrusted', permanent: true });
  },
);

t.test('an address as host is verified as such', { buffered: true }, async (t) => {
  const server = await smtpServer(t, { secure: true });
  const host = '127.0.0.1';
  const target = { host, serverName: host, port: server.port, certificateAuthority } as const;
  const session = await open({ target: { ...target, tlsMode: 'implicit' } });
  t.equal(session.tls?.verified, true);
  await session.quit();
});

t.test('a password of any script and length arrives whole', { buffered: true }, async (t) => {
  const password = `pässwörd 密码 ${'x'.repeat(500)}`;
  let heard: string | null | undefined;
  const server = await smtpServer(t, {
    secure: true,
    onAuth: (auth, _session, callback) => {
      heard = auth.password;
      callback(null, { user: 'alice' });
    },
  });
  const target = { port: server.port, tlsMode: 'implicit', certificateAuthority } as const;
  const session = await open({ target, credentials: { username: 'älice', password } });
  t.equal(heard, password);
  await session.quit();
});

t.test('TLS older than 1.2 is refused', { buffered: true }, async (t) => {
  const server = await smtpServer(t, {
    secure: true,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL:@SECLEVEL=0',
  });
  const target = { port: server.port, tlsMode: 'implicit', certificateAuthority } as const;
  const failure = await failureOf(t, { target });
  t.same(failure, { stage: 'tls', reason: 'TlsHandshakeFailed', permanent: false });
});

t.test(
  'a plain port spoken to in TLS, and the reverse, do not wait for ever',
  { buffered: true },
  async (t) => {
    const plain = await smtpServer(t, {});
    const tls = await smtpServer(t, { secure: true });
    const asTls = { port: plain.port, tlsMode: 'implicit' } as const;
    t.match(await failureOf(t, { target: asTls }), { stage: 'tls', reason: 'TlsHandshakeFailed' });
    const asPlain = { port: tls.port, tlsMode: 'none' } as const;
    const failure = await failureOf(t, { target: asPlain, deadlineMs: 300 });
    t.same(failure, { stage: 'greeting', reason: 'Timeout', permanent: false });
  },
);
