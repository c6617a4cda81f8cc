import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Teardown } from '@mailprovider/cluster/teardown';
import { z } from 'zod';
import { unlessAborted } from '../measure/abortion.ts';
import { startAssistant } from '../measure/assistant.ts';
import { median } from '../measure/median.ts';
import type { BenchConfig } from './config.ts';
import { startDeliverer } from './deliverer.ts';
import { startLoad } from './load-process.ts';
import { startOwnSink } from './own-sink.ts';
import type { PhaseDeps } from './phase-deps.ts';
import { PhaseProcesses } from './phase-processes.ts';
import type { Relay } from './relay.ts';
import { relayMails } from './relay-mails.ts';
import { startSender } from './sender-process.ts';
import { senderRelay } from './sender-relay.ts';

export const DISTANT_CONNECTIONS = 5;
/** A mail takes no less: one for its envelope, one for its content. */
const ROUND_TRIPS_A_MAIL = 2;
const LEAST_MAILS = 20;
/** Twice as many as it takes to keep the connections busy. */
export const SUBMITTERS = 2 * DISTANT_CONNECTIONS;
/** All connections are open by then. */
export const WARM_UP_MAILS = 20;
const DELAY_PROGRAM = join(import.meta.dirname, 'delay-program.js');
const listeningSchema = z.object({ port: z.int() });

/** Mails a second to a server some way off, over STARTTLS and after AUTH; medians of the rounds. */
export interface DistanceFigures {
  /** The sender end to end, from submission to arrival. */
  readonly ours: number;
  /** nodemailer without a pool, one mail after the other. */
  readonly dialPerMail: number;
}

/** As many as take the time of a round if each takes no more round trips than it must. */
export function mailsOfRound(rttMs: number, seconds: number): number {
  const perConnection = (seconds * 1000) / (rttMs * ROUND_TRIPS_A_MAIL);
  return Math.max(LEAST_MAILS, Math.floor(DISTANT_CONNECTIONS * perConnection));
}

/** A server on 127.0.0.1 as if it were some way off; returns where it is now. */
export async function startDelay(
  port: number,
  roundTripMs: number,
  processes: PhaseProcesses,
): Promise<{ readonly port: number }> {
  const proxy = await processes.keep(startAssistant({ program: DELAY_PROGRAM, pin: [] }));
  return proxy.ask({ port, roundTripMs }, listeningSchema);
}

/** The sender, with a folder of its own, whose provider is the sink behind the delay. */
async function startOurs(
  port: number,
  { access, folder }: PhaseDeps,
  processes: PhaseProcesses,
): Promise<Relay> {
  const own = join(folder, 'distance');
  await mkdir(own);
  const provider = 'distant';
  const login = { authorityPem: access.authorityPem, ...access.credentials };
  const providers = [{ name: provider, port, connections: DISTANT_CONNECTIONS, login }];
  const sender = await processes.keep(startSender({ folder: own, providers }));
  const load = await processes.keep(startLoad());
  return senderRelay({ senders: [sender], load, provider, connections: SUBMITTERS });
}

/** Measures both against the same sink behind the same delay; ends all that it started. */
export async function runDistancePhase(
  { rtt, rounds, seconds }: BenchConfig,
  deps: PhaseDeps,
  teardown: Teardown,
): Promise<DistanceFigures> {
  const { access, progress } = deps;
  const processes = new PhaseProcesses(teardown, deps.signal);
  const sink = await processes.keep(startOwnSink({ pin: [], access }));
  const { port } = await startDelay(sink.port, rtt, processes);
  const relay = await startOurs(port, deps, processes);
  const name = 'a dial for each mail';
  const dial = { program: 'nodemailer-program', kept: 0, concurrency: 1, pin: [] } as const;
  const dialler = await processes.keep(startDeliverer({ ...dial, name, port, access }));

  const { signal } = processes;
  const mails = mailsOfRound(rtt, seconds);
  await relayMails(relay, sink, WARM_UP_MAILS, signal);
  const ours: number[] = [];
  const dialPerMail: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const { endToEndPerSecond } = await relayMails(relay, sink, mails, signal);
    const { times, seconds: taken } = await unlessAborted(dialler.deliver(seconds), signal);
    ours.push(endToEndPerSecond);
    dialPerMail.push(times / taken);
    const [kept, dialled] = [endToEndPerSecond, times / taken].map((rate) => rate.toFixed(1));
    progress(`at ${rtt} ms, round ${round} of ${rounds}: ours ${kept}, ${name} ${dialled} mails/s`);
  }
  return { ours: median(ours), dialPerMail: median(dialPerMail) };
}
