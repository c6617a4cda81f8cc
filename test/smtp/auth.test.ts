import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { SessionReason } from '@mailprovider/provider/reasons';
import type { Target } from '@mailprovider/provider/target';
import { authReason } from '@mailprovider/smtp/auth-reason';
import t, { type Test } from 'tap';
import { type Attempt, CREDENTIALS, failureWith, open, SHORT_DEADLINE_MS } from './probe.ts';
import {
  answerAll,
  close,
  greetAndOffer,
  hear,
  reset,
  say,
  scriptedPeer,
} from './scripted-peer.ts';

t.test('each refusal of AUTH has its reason', async (t) => {
  const table: readonly [number, string | undefined, SessionReason][] = [
    [535, '5.7.8', 'AuthenticationFailed'],
    [535, '5.7.3', 'AuthenticationFailed'],
    [535, undefined, 'AuthenticationFailed'],
    [550, undefined, 'AuthenticationFailed'],
    [500, undefined, 'AuthenticationFailed'],
    [535, '5.7.139', 'AuthMethodDisabled'],
    [550, '5.7.30', 'AuthMethodDisabled'],
    [534, '5.7.9', 'AuthMethodDisabled'],
    [538, '5.7.11', 'AuthMethodDisabled'],
    [432, '4.7.12', 'AuthMethodDisabled'],
    [534, '5.7.14', 'AuthMethodDisabled'],
    [525, '5.7.13', 'AuthMethodDisabled'],
    [530, '5.7.0', 'AuthMethodDisabled'],
    [504, '5.5.4', 'AuthMechanismUnsupported'],
    [504, '5.7.4', 'AuthMechanismUnsupported'],
    [502, '5.5.1', 'AuthMechanismUnsupported'],
    [500, '5.5.6', 'AuthMechanismUnsupported'],
    [454, '4.7.0', 'AuthThrottled'],
    [454, undefined, 'AuthThrottled'],
    [432, '4.3.2', 'AuthThrottled'],
    [450, '4.7.1', 'AuthThrottled'],
    [421, '4.7.0', 'ServiceUnavailable'],
    [421, '4.3.2', 'ServiceUnavailable'],
    [450, undefined, 'ServiceUnavailable'],
    [451, '4.7.0', 'ServiceUnavailable'],
    [451, undefined, 'ServiceUnavailable'],
    [250, undefined, 'ProtocolError'],
    [334, undefined, 'ProtocolError'],
  ];
  for (const [code, enhancedStatus, reason] of table) {
    const reply = { code, lines: [''] as const, ...(enhancedStatus ? { enhancedStatus } : {}) };
    t.equal(authReason(reply), reason, `${code} ${enhancedStatus ?? ''}`);
  }
});

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** What a peer that offers these mechanisms hears of AUTH; it welcomes after `challenges` of them. */
async function heardOf(
  t: Test,
  offered: string,
  attempt: Omit<Attempt, 'target'> & { readonly target?: Partial<Target> },
  ...challenges: readonly string[]
): Promise<readonly string[]> {
  const peer = await scriptedPeer(t, [
    ...greetAndOffer(offered),
    ...challenges.flatMap((challenge) => [hear(''), say(`334 ${challenge}\r\n`)]),
    ...[hear(''), say('235 welcome\r\n')],
  ]);
  const target = { ...attempt.target, port: peer.port };
  (await open({ credentials: CREDENTIALS, ...attempt, target })).close();
  return peer.received().trimEnd().split('\r\n').slice(1);
}

const PLAIN_MESSAGE = encode('\0alice\0correct horse 47');

t.test('the mechanism is the named one, else the first of PLAIN, LOGIN and CRAM-MD5', async (t) => {
  const all = 'AUTH CRAM-MD5 LOGIN PLAIN XOAUTH2';
  t.same(await heardOf(t, all, {}), [`AUTH PLAIN ${PLAIN_MESSAGE}`]);
  t.same(await heardOf(t, 'AUTH CRAM-MD5 LOGIN', {}, 'Who', 'What'), [
    'AUTH LOGIN',
    encode('alice'),
    encode('correct horse 47'),
  ]);
  const [first] = await heardOf(t, 'AUTH CRAM-MD5', {}, encode('<1@mail.example>'));
  t.equal(first, 'AUTH CRAM-MD5');
  for (const authMethod of ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const) {
    const challenges = { PLAIN: [], LOGIN: ['', ''], 'CRAM-MD5': [encode('<1@mail.example>')] };
    const target = { authMethod };
    const [command] = await heardOf(t, all, { target }, ...challenges[authMethod]);
    t.match(command, new RegExp(`^AUTH ${authMethod}`));
  }
});

t.test('a named mechanism that is not offered has no substitute', async (t) => {
  for (const [offered, authMethod, reason] of [
    ['AUTH PLAIN LOGIN', 'CRAM-MD5', 'AuthMechanismUnsupported'],
    ['AUTH LOGIN CRAM-MD5', 'PLAIN', 'AuthMechanismUnsupported'],
    ['SIZE', 'PLAIN', 'AuthNotOffered'],
  ] as const) {
    const peer = await scriptedPeer(t, greetAndOffer(offered));
    const failure = await failureWith(t, peer, {
      target: { authMethod },
      credentials: CREDENTIALS,
    });
    t.same(failure, { stage: 'auth', reason, permanent: true });
    t.notMatch(peer.received(), 'AUTH');
  }
});

t.test('CRAM-MD5 answers the example of RFC 2195 as it stands there', async (t) => {
  const challenge = encode('<1896.697170952@postoffice.reston.mci.net>');
  const credentials = { username: 'tim', password: 'tanstaaftanstaaf' };
  const lines = await heardOf(t, 'AUTH CRAM-MD5', { credentials }, challenge);
  t.equal(lines[1], encode('tim b913a602c7eda7a495b4e6e7334d3890'));
});

t.test('CRAM-MD5 cancels where the challenge is none, and sends no digest', async (t) => {
  const lines = (challenge: string) => [say(`334 ${challenge}\r\n`)];
  for (const challenge of [
    lines(''),
    lines('<not@base64>'),
    lines('PDFAYT4'),
    lines(`${encode('<1@a>')} ${encode('<2@a>')}`),
    lines(encode('x'.repeat(513))),
    [say(`334-${encode('<1@a>')}\r\n334 ${encode('<2@a>')}\r\n`)],
  ]) {
    const peer = await scriptedPeer(t, [
      ...greetAndOffer('AUTH CRAM-MD5'),
      ...[hear('AUTH'), ...challenge, hear(''), say('501 cancelled\r\n')],
    ]);
    const failure = await failureWith(t, peer, { credentials: CREDENTIALS });
    t.same(failure, { stage: 'auth', reason: 'ProtocolError', permanent: false, code: 334 });
    t.match(peer.received(), /\r\nAUTH CRAM-MD5\r\n\*\r\n$/);
  }
});

t.test('an exchange without end is cancelled after what the mechanism has to say', async (t) => {
  for (const [mechanism, answers] of [
    ['PLAIN', 0],
    ['LOGIN', 2],
    ['CRAM-MD5', 1],
  ] as const) {
    const more = answerAll(`334 ${encode('<1@mail.example>')}\r\n`);
    const peer = await scriptedPeer(t, [...greetAndOffer(`AUTH ${mechanism}`), more]);
    const failure = await failureWith(t, peer, { credentials: CREDENTIALS });
    t.same(failure, { stage: 'auth', reason: 'ProtocolError', permanent: false, code: 334 });
    const said = peer.received().trimEnd().split('\r\n').slice(1);
    t.equal(said.length, 1 + answers + 1);
    t.equal(said.at(-1), '*');
  }
});

t.test(
  'a server that does not answer the cancellation is told for what it did first',
  async (t) => {
    for (const steps of [[], [close], [reset]]) {
      const peer = await scriptedPeer(t, [
        ...greetAndOffer('AUTH PLAIN'),
        ...[hear('AUTH'), say('334 more\r\n'), hear('*'), ...steps],
      ]);
      const attempt = { credentials: CREDENTIALS, deadlineMs: SHORT_DEADLINE_MS };
      const failure = await failureWith(t, peer, attempt);
      t.same(failure, { stage: 'auth', reason: 'ProtocolError', permanent: false, code: 334 });
    }
  },
);

t.test('an abort while an exchange is cancelled is rethrown as it is', async (t) => {
  const controller = new AbortController();
  const reason = new Error('the provider was deleted');
  const { port } = await scriptedPeer(t, [
    ...greetAndOffer('AUTH PLAIN'),
    ...[hear('AUTH'), say('334 more\r\n'), hear('*'), () => controller.abort(reason)],
  ]);
  const { signal } = controller;
  await t.rejects(open({ target: { port }, credentials: CREDENTIALS, signal }), reason);
});

t.test('where MD5 may not be used, CRAM-MD5 is not spoken', async (t) => {
  const { createHmac } = crypto;
  t.teardown(() => {
    crypto.createHmac = createHmac;
    syncBuiltinESMExports();
  });
  crypto.createHmac = (algorithm, ...rest) => {
    if (algorithm === 'md5') throw new Error('unsupported');
    return createHmac(algorithm, ...rest);
  };
  syncBuiltinESMExports();
  const peer = await scriptedPeer(t, greetAndOffer('AUTH CRAM-MD5'));
  const failure = await failureWith(t, peer, { credentials: CREDENTIALS });
  t.same(failure, { stage: 'auth', reason: 'AuthMechanismUnsupported', permanent: true });
  t.notMatch(peer.received(), 'AUTH');
});
