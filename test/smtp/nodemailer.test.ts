import { SmtpError, type SmtpSession } from '@mailprovider/smtp';
import t from 'tap';
import { type Behaviour, MODES, MODES_OF, type Mode, type Moment } from './behaviour.ts';
import { BEHAVIOURS_OF_AUTH } from './behaviours-of-auth.ts';
import { BEHAVIOURS_OF_REPLIES } from './behaviours-of-replies.ts';
import { behavioursOfTls } from './behaviours-of-tls.ts';
import { Authority } from './certificates.ts';
import { stepsTo } from './misbehaving-server.ts';
import { nodemailerEnding } from './nodemailer-session.ts';
import { DIFFERENCES, WITHOUT_OFFER } from './other-than-nodemailer.ts';
import { CREDENTIALS, open } from './probe.ts';
import { close, hear, type Step, say, scriptedPeer } from './scripted-peer.ts';

// Each test waits for its servers more than it computes.
t.jobs = 32;
/** No server here keeps a client waiting. */
const LIMIT_MS = 10_000;

const authority = new Authority();
const identity = authority.issue({ names: ['mail.example'] });
const certificateAuthority = authority.cert;

/**
 * What does not end freezes the process nodemailer runs in (floods) or has it answer for ever
 * (challenges); silence is a matter of each client's clock.
 */
function isComparable({ does, ends }: Behaviour): boolean {
  return (
    !/flood|without end/.test(does) && !Object.values(ends).some((end) => end.endsWith('Timeout'))
  );
}

const BAD = [
  ...behavioursOfTls(authority, new Authority('Stranger')),
  ...BEHAVIOURS_OF_REPLIES,
  ...BEHAVIOURS_OF_AUTH,
  ...WITHOUT_OFFER,
].filter(isComparable);

const WELCOME = say('235 2.7.0 in\r\n');
const GOOD: readonly [string, Moment, readonly Step[]][] = [
  ['accepts PLAIN', 'auth plain', [WELCOME]],
  ['accepts PLAIN in many lines', 'auth plain', [say('235-2.7.0 you\r\n235 2.7.0 are in\r\n')]],
  ['accepts PLAIN without a word', 'auth plain', [say('235\r\n')]],
  [
    'accepts LOGIN',
    'auth login',
    [say('334 VXNlcm5hbWU6\r\n'), hear(''), say('334 UGFzc3dvcmQ6\r\n'), hear(''), WELCOME],
  ],
  [
    'offers AUTH as servers did before RFC 2554',
    'last ehlo',
    [say('250-hi\r\n250 AUTH=PLAIN LOGIN\r\n'), hear('AUTH PLAIN'), WELCOME],
  ],
  [
    'offers AUTH in small letters',
    'last ehlo',
    [say('250-hi\r\n250 auth plain\r\n'), hear('AUTH PLAIN'), WELCOME],
  ],
];

interface Ends {
  readonly ours: string;
  readonly theirs: string;
}

/** Lets both clients, each on its own, open a session with the same server. */
async function endsWith(steps: readonly Step[], tlsMode: Mode): Promise<Ends> {
  const [forUs, forThem] = await Promise.all([scriptedPeer(t, steps), scriptedPeer(t, steps)]);
  const attempt = { credentials: CREDENTIALS, deadlineMs: LIMIT_MS };
  const ours = open({ ...attempt, target: { port: forUs.port, tlsMode, certificateAuthority } });
  const theirs = nodemailerEnding({
    port: forThem.port,
    credentials: CREDENTIALS,
    tlsMode,
    certificateAuthority,
    limitMs: LIMIT_MS,
  });
  return { ours: await stageOf(ours), theirs: await theirs };
}

async function stageOf(opening: Promise<SmtpSession>): Promise<string> {
  try {
    (await opening).close();
    return 'open';
  } catch (error) {
    return error instanceof SmtpError ? error.failure.stage : String(error);
  }
}

/** Whether both failed, and nodemailer at a command of the same stage, if it knows at which. */
function agree({ ours, theirs }: Ends): boolean {
  if (ours === 'open' || theirs === 'open') return false;
  const [command = ''] = theirs.split(' ');
  return command === 'CONN' || command.toLowerCase() === ours;
}

for (const [does, at, steps] of GOOD) {
  t.test(`both clients get on with a server that ${does}`, { buffered: true }, async (t) => {
    for (const mode of MODES) {
      const ends = await endsWith([...stepsTo(at, mode, identity), ...steps], mode);
      t.same(ends, { ours: 'open', theirs: 'open' }, mode);
    }
  });
}

for (const { at, does, steps } of BAD) {
  t.test(`both clients on a server that at ${at} ${does}`, { buffered: true }, async (t) => {
    const ending = at === 'handshake' ? [] : [close];
    const difference = DIFFERENCES.find((one) => one.at === at && one.does === does);
    for (const mode of MODES_OF[at]) {
      const script = [...stepsTo(at, mode, identity), ...steps, ...ending];
      const ends = await endsWith(script, mode);
      if (difference?.modes.includes(mode)) {
        t.ok(ends.ours !== 'open' && ends.theirs === 'open', `${mode}: ${difference.why}`, ends);
      } else t.ok(agree(ends), `${mode}: both fail alike`, ends);
    }
  });
}

t.test('each known difference is one of a server that both were shown', async (t) => {
  for (const { at, does } of DIFFERENCES) {
    t.ok(
      BAD.some((behaviour) => behaviour.at === at && behaviour.does === does),
      `${at}: ${does}`,
    );
  }
});
