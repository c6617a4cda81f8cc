import { type SessionTrace, SmtpError } from '@mailprovider/smtp';
import t from 'tap';
import { Authority } from './certificates.ts';
import { type Attempt, answering, CREDENTIALS, open } from './probe.ts';
import {
  close,
  greetAndOffer,
  handshake,
  hear,
  offer,
  type Step,
  say,
  scriptedPeer,
} from './scripted-peer.ts';

const authority = new Authority();
const certificateAuthority = authority.cert;
const valid = authority.issue({ names: ['mail.example'], addresses: ['192.0.2.7'] });
const STARTTLS = [...greetAndOffer('STARTTLS'), hear('STARTTLS'), say('220 go\r\n')];

async function traceOf(attempt: Attempt): Promise<SessionTrace> {
  const outcome = await open(attempt).catch((error: unknown) => error);
  if (outcome instanceof SmtpError) return outcome.trace;
  const session = outcome as Awaited<ReturnType<typeof open>>;
  session.close();
  return session.trace;
}

function stagesOf({ stages }: SessionTrace): string {
  return stages.map(({ stage }) => stage).join(' ');
}

t.test('a trace has the stages in the order taken, up to the one that failed', async (t) => {
  const welcome = [hear('AUTH'), say('235 welcome\r\n')];
  const credentials = CREDENTIALS;
  const starttls = { tlsMode: 'starttls', certificateAuthority } as const;
  const table: readonly [readonly Step[], Partial<Attempt>, string][] = [
    [[close], {}, 'dns connect greeting'],
    [greetAndOffer(), {}, 'dns connect greeting ehlo'],
    [greetAndOffer(), { credentials }, 'dns connect greeting ehlo auth'],
    [
      greetAndOffer(),
      { target: { port: 0, tlsMode: 'opportunistic' } },
      'dns connect greeting ehlo',
    ],
    [
      greetAndOffer(),
      { target: { port: 0, tlsMode: 'starttls' } },
      'dns connect greeting ehlo starttls',
    ],
    [
      [...STARTTLS, handshake(valid), ...offer('AUTH PLAIN'), ...welcome],
      { target: { port: 0, ...starttls }, credentials },
      'dns connect greeting ehlo starttls ehlo auth',
    ],
    [
      [handshake(valid), ...greetAndOffer()],
      { target: { port: 0, tlsMode: 'implicit', certificateAuthority } },
      'dns connect tls greeting ehlo',
    ],
  ];
  for (const [steps, attempt, stages] of table) {
    const { port } = await scriptedPeer(t, steps);
    t.equal(stagesOf(await traceOf({ ...attempt, target: { ...attempt.target, port } })), stages);
  }
  const trace = await traceOf({ target: { port: 25 }, resolver: answering('169.254.169.254') });
  t.equal(stagesOf(trace), 'dns');
  t.equal(trace.address, undefined, 'nothing was dialled');
});

t.test('a stage has the time it took', async (t) => {
  const slowly: Step = () => new Promise((resolve) => setTimeout(resolve, 120));
  const { port } = await scriptedPeer(t, [slowly, ...greetAndOffer(), hear('AUTH')]);
  const { stages } = await traceOf({ target: { port } });
  for (const { stage, seconds } of stages) {
    t.ok(stage === 'greeting' ? seconds > 0.1 : seconds < 0.1, `${stage} ${seconds}`);
  }
});

t.test('the address dialled is told, of a failed connection too', async (t) => {
  const peer = await scriptedPeer(t, greetAndOffer());
  const resolver = answering('169.254.1.1', '127.0.0.2', '127.0.0.1');
  const { port } = peer;
  t.equal((await traceOf({ target: { port }, resolver })).address, '127.0.0.1');
  const refused = await traceOf({ target: { port }, resolver: answering('127.0.0.3') });
  t.equal(refused.address, '127.0.0.3');
  t.equal(stagesOf(refused), 'dns connect');
});

t.test('the certificate is told, whether it was accepted or refused', async (t) => {
  const refused = new Authority('Stranger').issue({ names: ['mail.example'] });
  for (const [identity, verified, issuer] of [
    [valid, true, 'CN=Test Authority'],
    [refused, false, 'CN=Stranger'],
  ] as const) {
    const { port } = await scriptedPeer(t, [...STARTTLS, handshake(identity), ...offer()]);
    const target = { port, tlsMode: 'starttls', certificateAuthority } as const;
    const { tls } = await traceOf({ target });
    t.match(tls, { protocol: 'TLSv1.3', cipher: /^TLS_/, verified });
    t.match(tls?.certificate, { subject: 'CN=test server', issuer });
    t.match(tls?.certificate?.fingerprint256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const names = verified ? ['mail.example', '192.0.2.7'] : ['mail.example'];
    t.same(tls?.certificate?.names, names);
    const { notBefore, notAfter } = tls?.certificate ?? {};
    t.equal(Math.round((Number(notAfter) - Number(notBefore)) / 86_400_000), 20);
  }
});

t.test('a trace tells whether a user name or a password was sent', async (t) => {
  const question = say('334 what?\r\n');
  const table: readonly [readonly Step[], boolean][] = [
    [greetAndOffer(), false],
    [greetAndOffer('AUTH GSSAPI'), false],
    [[...greetAndOffer('AUTH PLAIN'), hear('AUTH'), say('535 no\r\n')], true],
    [[...greetAndOffer('AUTH PLAIN'), hear('AUTH'), close], true],
    [[...greetAndOffer('AUTH PLAIN'), hear('AUTH'), say('235 yes\r\n')], true],
    [[...greetAndOffer('AUTH LOGIN'), hear('AUTH'), say('454 later\r\n')], false],
    [[...greetAndOffer('AUTH LOGIN'), hear('AUTH'), question, hear(''), close], true],
  ];
  for (const [steps, attempted] of table) {
    const { port } = await scriptedPeer(t, steps);
    const trace = await traceOf({ target: { port }, credentials: CREDENTIALS });
    t.equal(trace.loginAttempted, attempted);
  }
});
