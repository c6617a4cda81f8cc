import { inspect } from 'node:util';
import type { SmtpFailure } from '@mailprovider/smtp';
import t from 'tap';
import { CREDENTIALS, failureWith, open, SHORT_DEADLINE_MS } from './probe.ts';
import {
  answerAll,
  close,
  flood,
  greetAndOffer,
  hear,
  offer,
  pause,
  reset,
  type Step,
  say,
  scriptedPeer,
  trickle,
} from './scripted-peer.ts';

// Most of these tests only wait: the buffered ones do so together.
t.jobs = 8;

/** What any server can do wrong at any step that waits for its reply, and what that is called. */
interface Misbehaviour {
  readonly does: string;
  readonly steps: readonly Step[];
  readonly reason: SmtpFailure['reason'];
  readonly code?: number;
  /** Whether only the deadline can tell. */
  readonly slow?: boolean;
}

const MISBEHAVIOURS: readonly Misbehaviour[] = [
  { does: 'says nothing', steps: [], reason: 'Timeout', slow: true },
  { does: 'trickles', steps: [trickle('220-a')], reason: 'Timeout', slow: true },
  { does: 'trickles lines without end', steps: [trickle('2\r\n')], reason: 'ProtocolError' },
  { does: 'never ends its reply', steps: [flood('250-more\r\n')], reason: 'ProtocolError' },
  { does: 'never ends its line', steps: [flood('250 aaaa')], reason: 'ProtocolError' },
  { does: 'floods with empty lines', steps: [flood('\r\n')], reason: 'ProtocolError' },
  { does: 'sends garbage', steps: [say('\x16\x03\x01\xff\0')], reason: 'ProtocolError' },
  { does: 'speaks another protocol', steps: [say('* OK IMAP\r\n')], reason: 'ProtocolError' },
  { does: 'changes its code', steps: [say('220-a\r\n250 b\r\n')], reason: 'ProtocolError' },
  {
    does: 'goes on where it should end',
    steps: [say('354 go\r\n')],
    reason: 'ProtocolError',
    code: 354,
  },
  { does: 'closes', steps: [close], reason: 'ConnectionClosed' },
  { does: 'closes within a reply', steps: [say('220-a\r\n22'), close], reason: 'ConnectionClosed' },
  { does: 'resets', steps: [pause, reset], reason: 'ConnectionClosed' },
  {
    does: 'is shutting down',
    steps: [say('421 bye\r\n'), close],
    reason: 'ServiceUnavailable',
    code: 421,
  },
];

const AUTH_PLAIN = [...greetAndOffer('AUTH PLAIN'), hear('AUTH')];
const STAGES = [
  { stage: 'greeting', before: [], refused: 'GreetingRejected' },
  { stage: 'ehlo', before: [say('220 hi\r\n'), hear('EHLO')], refused: 'EhloRejected' },
  {
    stage: 'starttls',
    before: [...greetAndOffer('STARTTLS'), hear('STARTTLS')],
    refused: 'StartTlsRefused',
  },
  { stage: 'auth', before: AUTH_PLAIN, refused: 'AuthenticationFailed' },
] as const;

for (const { stage, before, refused } of STAGES) {
  const target = stage === 'starttls' ? ({ tlsMode: 'starttls' } as const) : {};
  const attempt = { target, ...(stage === 'auth' ? { credentials: CREDENTIALS } : {}) };

  for (const { does, steps, reason, code, slow } of MISBEHAVIOURS) {
    t.test(
      `a server that ${does} in stage ${stage} fails as ${reason}`,
      { buffered: true },
      async (t) => {
        const peer = await scriptedPeer(t, [...before, ...steps]);
        const deadline = slow ? { deadlineMs: SHORT_DEADLINE_MS } : {};
        const failure = await failureWith(t, peer, { ...attempt, ...deadline });
        const codeIfAny = code === undefined ? {} : { code };
        t.same(failure, { stage, reason, permanent: false, ...codeIfAny });
      },
    );
  }

  t.test(
    `a 5yz reply in stage ${stage} is ${refused} and permanent`,
    { buffered: true },
    async (t) => {
      const peer = await scriptedPeer(t, [...before, say('554 no\r\n')]);
      const failure = await failureWith(t, peer, attempt);
      t.same(failure, { stage, reason: refused, permanent: true, code: 554 });
    },
  );

  t.test(`a 4yz reply in stage ${stage} is not permanent`, { buffered: true }, async (t) => {
    const peer = await scriptedPeer(t, [...before, say('451 later\r\n')]);
    const failure = await failureWith(t, peer, attempt);
    const reason = stage === 'auth' ? 'ServiceUnavailable' : refused;
    t.same(failure, { stage, reason, permanent: false, code: 451 });
  });
}

t.test('a plain session knows the extensions and says QUIT', { buffered: true }, async (t) => {
  const goodbye = [hear('QUIT'), say('221 bye\r\n')];
  const peer = await scriptedPeer(t, [...greetAndOffer('SIZE 1000', '8BITMIME'), ...goodbye]);
  const session = await open({ target: { port: peer.port } });
  t.equal(session.tls, undefined);
  t.same(session.extensions.get('SIZE'), ['1000']);
  t.ok(session.extensions.has('8BITMIME'));
  await session.quit();
  t.equal(await peer.ended(), 1);
  t.equal(peer.received(), 'EHLO [127.0.0.1]\r\nQUIT\r\n');
});

t.test('QUIT waits a second at most and never rejects', { buffered: true }, async (t) => {
  for (const steps of [[], [close], [reset], [flood('\r\n')]]) {
    const peer = await scriptedPeer(t, [...greetAndOffer(), hear('QUIT'), ...steps]);
    const session = await open({ target: { port: peer.port } });
    const started = performance.now();
    await session.quit();
    t.ok(performance.now() - started < 1_400);
    t.equal(await peer.ended(), 1);
    await session.quit();
  }
});

t.test('an open session no longer depends on the signal', { buffered: true }, async (t) => {
  const goodbye = [hear('QUIT'), say('221 bye\r\n')];
  const peer = await scriptedPeer(t, [...greetAndOffer(), ...goodbye]);
  const controller = new AbortController();
  const session = await open({ target: { port: peer.port }, signal: controller.signal });
  controller.abort();
  await session.quit();
  t.match(peer.received(), 'QUIT\r\n');
});

t.test('an abort that is no timeout is rethrown as it is', { buffered: true }, async (t) => {
  const controller = new AbortController();
  const reason = new Error('the provider was deleted');
  const abort = () => controller.abort(reason);
  const peer = await scriptedPeer(t, [say('220 hi\r\n'), hear('EHLO'), abort]);
  const attempt = { target: { port: peer.port }, signal: controller.signal };
  await t.rejects(open(attempt), reason);
  t.equal(await peer.ended(), 1);
});

t.test('the deadline is one for all steps together', { buffered: true }, async (t) => {
  const slowly: Step = () => new Promise((resolve) => setTimeout(resolve, 150));
  const steps = [slowly, say('220 hi\r\n'), hear('EHLO'), slowly, say('250 hi\r\n')];
  const peer = await scriptedPeer(t, steps);
  const failure = await failureWith(t, peer, { deadlineMs: 220 });
  t.same(failure, { stage: 'ehlo', reason: 'Timeout', permanent: false });
});

t.test('replies that nobody asked for are a protocol error', { buffered: true }, async (t) => {
  const credentials = CREDENTIALS;
  const table = [
    [[say('220 hi\r\n220 again\r\n')], 'ehlo', {}],
    [[say('220 hi\r\n22')], 'ehlo', {}],
    [[say('220 hi\r\n'), hear('EHLO'), say('250 hi\r\n250 again\r\n')], 'ehlo', {}],
    [[...AUTH_PLAIN, say('235 welcome\r\n235 again\r\n')], 'auth', { credentials }],
    [[...AUTH_PLAIN, say('235 welcome\r\n2')], 'auth', { credentials }],
  ] as const;
  for (const [steps, stage, attempt] of table) {
    const peer = await scriptedPeer(t, steps);
    const failure = await failureWith(t, peer, attempt);
    t.same(failure, { stage, reason: 'ProtocolError', permanent: false });
  }
});

t.test('a server that says 421 behind its reply is unavailable', { buffered: true }, async (t) => {
  const peer = await scriptedPeer(t, [say('220 hi\r\n421 too busy\r\n'), close]);
  const failure = await failureWith(t, peer);
  t.same(failure, { stage: 'ehlo', reason: 'ServiceUnavailable', permanent: false, code: 421 });
});

t.test(
  'a refusal is told even when the connection ends right behind it',
  { buffered: true },
  async (t) => {
    const peer = await scriptedPeer(t, [...AUTH_PLAIN, say('535 no\r\n421 bye\r\n'), close]);
    const failure = await failureWith(t, peer, { credentials: CREDENTIALS });
    t.same(failure, { stage: 'auth', reason: 'AuthenticationFailed', permanent: true, code: 535 });
  },
);

t.test(
  'HELO serves where EHLO is unknown and nothing of it is needed',
  { buffered: true },
  async (t) => {
    for (const tlsMode of ['none', 'opportunistic'] as const) {
      const peer = await scriptedPeer(t, [
        ...[say('220 hi\r\n'), hear('EHLO'), say('502 what?\r\n')],
        ...[hear('HELO'), say('250 hi\r\n')],
      ]);
      const session = await open({ target: { port: peer.port, tlsMode } });
      t.equal(session.extensions.size, 0);
      session.close();
      t.equal(peer.received(), 'EHLO [127.0.0.1]\r\nHELO [127.0.0.1]\r\n');
    }
  },
);

t.test(
  'HELO is not tried where TLS or AUTH is needed, nor after another refusal',
  { buffered: true },
  async (t) => {
    const table = [
      [{ target: { tlsMode: 'starttls' } }, 502],
      [{ credentials: CREDENTIALS }, 500],
      [{}, 550],
    ] as const;
    for (const [attempt, code] of table) {
      const peer = await scriptedPeer(t, [say('220 hi\r\n'), hear('EHLO'), say(`${code} no\r\n`)]);
      const failure = await failureWith(t, peer, attempt);
      t.same(failure, { stage: 'ehlo', reason: 'EhloRejected', permanent: true, code });
      t.notMatch(peer.received(), 'HELO');
    }
  },
);

t.test('the name of the target is said, in HELO too', { buffered: true }, async (t) => {
  const unknown = [say('220 hi\r\n'), hear('EHLO'), say('502 what?\r\n'), hear('HELO')];
  const peer = await scriptedPeer(t, [...unknown, say('250 hi\r\n')]);
  (await open({ target: { port: peer.port, ehloName: 'probe.example' } })).close();
  t.equal(peer.received(), 'EHLO probe.example\r\nHELO probe.example\r\n');
});

t.test('HELO can be refused too', { buffered: true }, async (t) => {
  const peer = await scriptedPeer(t, [say('220 hi\r\n'), answerAll('500 what?\r\n')]);
  const failure = await failureWith(t, peer);
  t.same(failure, { stage: 'ehlo', reason: 'EhloRejected', permanent: true, code: 500 });
});

t.test(
  'AUTH that is not offered, or only by other mechanisms, is not tried',
  { buffered: true },
  async (t) => {
    const table = [
      ['SIZE', 'AuthNotOffered'],
      ['AUTH XOAUTH2 GSSAPI', 'AuthMechanismUnsupported'],
      ['AUTH', 'AuthMechanismUnsupported'],
    ] as const;
    for (const [extension, reason] of table) {
      const peer = await scriptedPeer(t, greetAndOffer(extension));
      const failure = await failureWith(t, peer, { credentials: CREDENTIALS });
      t.same(failure, { stage: 'auth', reason, permanent: true });
      t.notMatch(peer.received(), 'AUTH');
    }
  },
);

t.test(
  'LOGIN that succeeds before the password was asked for is a protocol error',
  { buffered: true },
  async (t) => {
    const peer = await scriptedPeer(t, [
      ...greetAndOffer('AUTH LOGIN'),
      answerAll('235 come in\r\n'),
    ]);
    const failure = await failureWith(t, peer, { credentials: CREDENTIALS });
    t.same(failure, { stage: 'auth', reason: 'ProtocolError', permanent: false, code: 235 });
  },
);

t.test('nothing that a server echoes reaches the error', { buffered: true }, async (t) => {
  const { username, password } = CREDENTIALS;
  const secrets = [password, Buffer.from(`\0${username}\0${password}`).toString('base64')];
  const peer = await scriptedPeer(t, [...AUTH_PLAIN, say(`535 5.7.8 ${secrets.join()}\r\n`)]);
  const error: unknown = await open({
    target: { port: peer.port },
    credentials: CREDENTIALS,
  }).catch((reason: unknown) => reason);
  t.match(error, {
    message: 'SMTP session failed in stage auth: AuthenticationFailed (reply 535)',
    failure: { stage: 'auth', reason: 'AuthenticationFailed', permanent: true, code: 535 },
  });
  const everything = inspect(error, { depth: 10, showHidden: true });
  for (const secret of secrets) t.notMatch(everything, secret);
});

t.test('a password never goes to a server that hides STARTTLS', { buffered: true }, async (t) => {
  for (const tlsMode of ['starttls', 'opportunistic'] as const) {
    const peer = await scriptedPeer(t, [...greetAndOffer('AUTH PLAIN LOGIN'), ...offer()]);
    const failure = await failureWith(t, peer, { target: { tlsMode }, credentials: CREDENTIALS });
    t.same(failure, { stage: 'starttls', reason: 'StartTlsNotOffered', permanent: true });
    t.equal(peer.received(), 'EHLO [127.0.0.1]\r\n');
  }
});

t.test('STARTTLS in the text of the first line is not an offer', { buffered: true }, async (t) => {
  const peer = await scriptedPeer(t, [
    ...[say('220 hi\r\n'), hear('EHLO'), say('250-STARTTLS\r\n250 SIZE\r\n')],
  ]);
  const failure = await failureWith(t, peer, { target: { tlsMode: 'starttls' } });
  t.match(failure, { stage: 'starttls', reason: 'StartTlsNotOffered' });
});
