import { once } from 'node:events';
import { inspect } from 'node:util';
import { PROBE_TIMEOUT_MS } from '@mailprovider/health/schedule';
import { withDeadline } from '@mailprovider/process';
import { stagesOf } from '@mailprovider/provider/reason-guide/session-reasons';
import { SESSION_REASONS } from '@mailprovider/provider/reasons';
import { SmtpError } from '@mailprovider/smtp';
import t from 'tap';
import {
  type Behaviour,
  behavioursAt,
  type Ending,
  endingOf,
  MODES,
  MODES_OF,
  type Mode,
} from './behaviour.ts';
import { BEHAVIOURS_OF_AUTH } from './behaviours-of-auth.ts';
import { BEHAVIOURS_OF_REPLIES } from './behaviours-of-replies.ts';
import { behavioursOfTls } from './behaviours-of-tls.ts';
import { Authority } from './certificates.ts';
import { stepsTo } from './misbehaving-server.ts';
import { CREDENTIALS, open } from './probe.ts';
import { scriptedPeer } from './scripted-peer.ts';
import { unavailablePorts } from './unavailable-ports.ts';

/** The limit of a probe and 2 % of it. */
const LATEST_MS = 10_200;

const authority = new Authority();
const identity = authority.issue({ names: ['mail.example'] });
const SCRIPTED: readonly Behaviour[] = [
  ...behavioursOfTls(authority, new Authority('Stranger')),
  ...BEHAVIOURS_OF_REPLIES,
  ...BEHAVIOURS_OF_AUTH,
];

/** A behaviour in one mode, ready to be met. */
interface Case {
  readonly behaviour: Behaviour;
  readonly mode: Mode;
  readonly port: number;
  /** How many connections the server saw, when all of them have ended. */
  readonly ended: () => Promise<number>;
}

/** What became of a session with it. */
interface Outcome extends Case {
  readonly ending: string;
  readonly milliseconds: number;
}

async function served(behaviour: Behaviour, mode: Mode): Promise<Case> {
  const steps = [...stepsTo(behaviour.at, mode, identity), ...behaviour.steps];
  const { port, ended } = await scriptedPeer(t, steps);
  return { behaviour, mode, port, ended };
}

function unserved(does: string, port: number, ends: Ending): readonly Case[] {
  return behavioursAt('connect', [[does, [], ends]]).flatMap((behaviour) =>
    MODES.map((mode) => ({ behaviour, mode, port, ended: async () => 1 })),
  );
}

async function meet(met: Case): Promise<Outcome> {
  const { port, mode } = met;
  const target = { port, tlsMode: mode, certificateAuthority: authority.cert };
  const started = performance.now();
  const error: unknown = await withDeadline(undefined, PROBE_TIMEOUT_MS, (signal) =>
    open({ target, credentials: CREDENTIALS, signal }),
  ).catch((reason: unknown) => reason);
  const milliseconds = performance.now() - started;
  return {
    ...met,
    ending: error instanceof SmtpError ? endingOf(error.failure) : inspect(error),
    milliseconds,
  };
}

/** What this process holds open; the servers themselves are listening handles, not sockets. */
function socketsAndTimers(): readonly string[] {
  const kinds = ['TCPSocketWrap', 'TLSWrap', 'Timeout'];
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kinds.includes(kind))
    .sort();
}

const before = socketsAndTimers();
const ports = await unavailablePorts();
const cases = [
  ...unserved('refuses connections', ports.refusing, 'connect ConnectionRefused'),
  ...unserved('never accepts connections', ports.silent, 'connect Timeout'),
  ...(await Promise.all(
    SCRIPTED.flatMap((behaviour) => MODES_OF[behaviour.at].map((mode) => served(behaviour, mode))),
  )),
];
const behaviours = new Set(cases.map(({ behaviour }) => behaviour));
const outcomes = await Promise.all(cases.map(meet));
// A connection that was left open would keep the test waiting for ever.
const connections = await withDeadline(undefined, 5_000, (signal) =>
  Promise.race([Promise.all(cases.map(({ ended }) => ended())), once(signal, 'abort')]),
);
await ports.close();
const after = socketsAndTimers();

t.test(
  'the table has at least 40 behaviours, each in every mode that has its moment',
  async (t) => {
    t.ok(behaviours.size >= 40);
    for (const { at, does, ends } of SCRIPTED) {
      t.same(new Set(Object.keys(ends)), new Set(MODES_OF[at]), `at ${at} ${does}`);
    }
  },
);

for (const behaviour of behaviours) {
  t.test(`a server that at ${behaviour.at} ${behaviour.does}`, async (t) => {
    const met = outcomes.filter((outcome) => outcome.behaviour === behaviour);
    for (const { mode, ending, milliseconds } of met) {
      t.equal(ending, behaviour.ends[mode], mode);
      t.ok(milliseconds <= LATEST_MS, `${mode}: in time`, { milliseconds });
    }
  });
}

t.test('each ending is one that docs/reasons.md knows in that stage', async (t) => {
  for (const { ending } of outcomes) {
    const [stage = '', reason = ''] = ending.split(' ');
    const known = SESSION_REASONS.find((name) => name === reason);
    const stages: readonly string[] = known === undefined ? [] : stagesOf(known);
    t.ok(stages.includes(stage), ending);
  }
});

t.test('each server saw one connection, and its end', async (t) => {
  t.same(
    connections,
    cases.map(() => 1),
  );
});

t.test('no socket and no timer is left', async (t) => {
  t.same(after, before);
});
