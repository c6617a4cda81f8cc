import { TLSSocket } from 'node:tls';
import type { SessionReason } from '@mailprovider/provider/reasons';
import type { Target } from '@mailprovider/provider/target';
import t from 'tap';
import { Authority, type Identity } from './certificates.ts';
import { CREDENTIALS, failureWith, open, SHORT_DEADLINE_MS } from './probe.ts';
import {
  close,
  flood,
  greetAndOffer,
  handshake,
  hear,
  hearBytes,
  offer,
  reset,
  type Step,
  say,
  scriptedPeer,
  trickle,
} from './scripted-peer.ts';

// Most of these tests only wait: the buffered ones do so together.
t.jobs = 8;

const authority = new Authority();
const stranger = new Authority('Stranger');
const valid = authority.issue({ names: ['mail.example'] });
const certificateAuthority = authority.cert;

const UPGRADE = [...greetAndOffer('STARTTLS', 'AUTH PLAIN'), hear('STARTTLS')];
/** Each way to TLS: the target's mode, the peer's steps up to the handshake, the stage it belongs to. */
const WAYS = [
  { tlsMode: 'implicit', before: [], stage: 'tls' },
  { tlsMode: 'starttls', before: [...UPGRADE, say('220 go\r\n')], stage: 'starttls' },
  { tlsMode: 'opportunistic', before: [...UPGRADE, say('220 go\r\n')], stage: 'starttls' },
] as const;

/** What a server does once TLS stands, up to the end of EHLO. */
function welcome(tlsMode: Target['tlsMode'], ...extensions: readonly string[]): readonly Step[] {
  return tlsMode === 'implicit' ? greetAndOffer(...extensions) : offer(...extensions);
}

for (const { tlsMode, before, stage } of WAYS) {
  t.test(
    `${tlsMode}: a valid certificate is verified and described`,
    { buffered: true },
    async (t) => {
      const peer = await scriptedPeer(t, [
        ...before,
        handshake(valid),
        ...welcome(tlsMode, 'SIZE'),
      ]);
      const session = await open({ target: { port: peer.port, tlsMode, certificateAuthority } });
      t.match(session.tls, { protocol: 'TLSv1.3', verified: true });
      const daysLeft = (Number(session.tls?.certificate?.notAfter) - Date.now()) / 86_400_000;
      t.ok(daysLeft > 9 && daysLeft < 11);
      t.same([...session.extensions.keys()], ['SIZE'], 'only what was offered over TLS counts');
      session.close();
      t.equal(await peer.ended(), 1);
    },
  );

  const faults: readonly [string, Identity, SessionReason][] = [
    ['of a stranger', stranger.issue({ names: ['mail.example'] }), 'CertificateNotTrusted'],
    [
      'that has expired',
      authority.issue({ names: ['mail.example'], validUntil: -1 }),
      'CertificateExpired',
    ],
    [
      'from the future',
      authority.issue({ names: ['mail.example'], validFrom: 1 }),
      'CertificateNotYetValid',
    ],
    ['of another name', authority.issue({ names: ['other.example'] }), 'CertificateNameMismatch'],
  ];
  for (const [kind, identity, reason] of faults) {
    t.test(`${tlsMode}: a certificate ${kind} is ${reason}`, { buffered: true }, async (t) => {
      const peer = await scriptedPeer(t, [...before, handshake(identity), ...welcome(tlsMode)]);
      const target = { tlsMode, certificateAuthority };
      const failure = await failureWith(t, peer, { target, credentials: CREDENTIALS });
      t.same(failure, { stage, reason, permanent: true });
      t.equal(
        peer.received().split('EHLO').length,
        stage === 'tls' ? 1 : 2,
        'nothing more is said',
      );
    });
  }

  const breaks: readonly [string, readonly Step[], SessionReason, boolean][] = [
    ['is silent', [], 'Timeout', true],
    ['trickles', [trickle('\x16\x03\x03\x40\x00\x02\x00\x3f\xfc')], 'Timeout', true],
    ['answers in plain text', [say('554 what?\r\n')], 'TlsHandshakeFailed', false],
    ['floods', [flood('\r\n')], 'TlsHandshakeFailed', false],
    ['closes', [close], 'ConnectionClosed', false],
    ['resets', [reset], 'ConnectionClosed', false],
  ];
  for (const [does, steps, reason, slow] of breaks) {
    t.test(
      `${tlsMode}: a server that ${does} in the handshake is ${reason}`,
      { buffered: true },
      async (t) => {
        const peer = await scriptedPeer(t, [...before, hearBytes, ...steps]);
        const deadline = slow ? { deadlineMs: SHORT_DEADLINE_MS } : {};
        const failure = await failureWith(t, peer, { target: { tlsMode }, ...deadline });
        t.same(failure, { stage, reason, permanent: false });
      },
    );
  }

  t.test(
    `${tlsMode}: an unverified certificate encrypts and is said to be no more`,
    { buffered: true },
    async (t) => {
      const identity = stranger.issue({ names: ['other.example'] });
      const peer = await scriptedPeer(t, [...before, handshake(identity), ...welcome(tlsMode)]);
      const target = { port: peer.port, tlsMode, verifyCertificate: false };
      const session = await open({ target });
      t.match(session.tls, { protocol: 'TLSv1.3', verified: false });
      session.close();
    },
  );
}

t.test(
  'without an authority of its own a target trusts the system, not our test',
  { buffered: true },
  async (t) => {
    const peer = await scriptedPeer(t, [handshake(valid), ...greetAndOffer()]);
    const failure = await failureWith(t, peer, { target: { tlsMode: 'implicit' } });
    t.same(failure, { stage: 'tls', reason: 'CertificateNotTrusted', permanent: true });
  },
);

t.test('an authority that cannot be read trusts nobody', { buffered: true }, async (t) => {
  const peer = await scriptedPeer(t, [handshake(valid), ...greetAndOffer()]);
  const target = { tlsMode: 'implicit', certificateAuthority: 'nonsense' } as const;
  const failure = await failureWith(t, peer, { target });
  t.same(failure, { stage: 'tls', reason: 'CertificateNotTrusted', permanent: true });
});

t.test(
  'an address is verified against the addresses in the certificate',
  { buffered: true },
  async (t) => {
    const named = authority.issue({ addresses: ['127.0.0.1'] });
    const wrong = authority.issue({ addresses: ['127.0.0.2'], names: ['127.0.0.1'] });
    const target = { tlsMode: 'implicit', certificateAuthority, serverName: '127.0.0.1' } as const;

    const good = await scriptedPeer(t, [handshake(named), ...greetAndOffer()]);
    const session = await open({ target: { ...target, port: good.port } });
    t.equal(session.tls?.verified, true);
    session.close();

    const bad = await scriptedPeer(t, [handshake(wrong), ...greetAndOffer()]);
    const failure = await failureWith(t, bad, { target });
    t.same(failure, { stage: 'tls', reason: 'CertificateNameMismatch', permanent: true });
  },
);

t.test(
  'the server is told its name without a final dot, and no address',
  { buffered: true },
  async (t) => {
    const named = authority.issue({ names: ['mail.example'], addresses: ['127.0.0.1'] });
    const table = [
      ['mail.example.', 'mail.example'],
      ['127.0.0.1', false],
    ] as const;
    for (const [serverName, told] of table) {
      let heard: unknown;
      const listenToName: Step = ({ socket }) => {
        if (socket instanceof TLSSocket) heard = Reflect.get(socket, 'servername');
      };
      const welcomed = [say('220 hi\r\n'), hear('EHLO'), listenToName, say('250 hi\r\n')];
      const peer = await scriptedPeer(t, [handshake(named), ...welcomed]);
      const target = { tlsMode: 'implicit', certificateAuthority, serverName } as const;
      const session = await open({ target: { ...target, port: peer.port } });
      t.equal(session.tls?.verified, true);
      t.equal(heard, told);
      session.close();
    }
  },
);

t.test(
  'plain text behind the answer to STARTTLS is a protocol error',
  { buffered: true },
  async (t) => {
    for (const early of ['250 injected\r\n', '2', '\r\n', '250-', '220 go\r\n']) {
      const peer = await scriptedPeer(t, [...UPGRADE, say(`220 go\r\n${early}`), handshake(valid)]);
      const target = { tlsMode: 'starttls', certificateAuthority } as const;
      const failure = await failureWith(t, peer, { target, credentials: CREDENTIALS });
      t.same(failure, { stage: 'starttls', reason: 'ProtocolError', permanent: false });
      t.ok(peer.received().endsWith('STARTTLS\r\n'), 'no handshake is begun');
    }
  },
);

t.test(
  'a refused STARTTLS is told with its code, and no password follows',
  { buffered: true },
  async (t) => {
    for (const [code, permanent] of [[454, false] as const, [502, true] as const]) {
      for (const tlsMode of ['starttls', 'opportunistic'] as const) {
        const peer = await scriptedPeer(t, [...UPGRADE, say(`${code} no\r\n`)]);
        const failure = await failureWith(t, peer, {
          target: { tlsMode },
          credentials: CREDENTIALS,
        });
        t.same(failure, { stage: 'starttls', reason: 'StartTlsRefused', permanent, code });
        t.ok(peer.received().endsWith('STARTTLS\r\n'));
      }
    }
  },
);

t.test('AUTH goes by what was offered over TLS, not before', { buffered: true }, async (t) => {
  const peer = await scriptedPeer(t, [...UPGRADE, say('220 go\r\n'), handshake(valid), ...offer()]);
  const target = { tlsMode: 'starttls', certificateAuthority } as const;
  const failure = await failureWith(t, peer, { target, credentials: CREDENTIALS });
  t.same(failure, { stage: 'auth', reason: 'AuthNotOffered', permanent: true });
});

t.test(
  'a server that hangs over TLS ends with the deadline, at its stage',
  { buffered: true },
  async (t) => {
    const peer = await scriptedPeer(t, [...UPGRADE, say('220 go\r\n'), handshake(valid)]);
    const target = { tlsMode: 'starttls', certificateAuthority } as const;
    const failure = await failureWith(t, peer, { target, deadlineMs: SHORT_DEADLINE_MS });
    t.same(failure, { stage: 'ehlo', reason: 'Timeout', permanent: false });
  },
);
