import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Teardown } from '@mailprovider/cluster/teardown';
import { unlessAborted } from '../measure/abortion.ts';
import { anonymousRssMiB } from '../measure/process-usage.ts';
import type { Latencies } from './arrivals.ts';
import type { BenchConfig } from './config.ts';
import { type EndToEndFigures, measureEndToEnd, relayMails } from './end-to-end-rounds.ts';
import { startLoad } from './load-process.ts';
import { type OwnSink, startOwnSink } from './own-sink.ts';
import { type PhaseDeps, PhaseProcesses } from './phase-deps.ts';
import { startPostfixRelay } from './postfix-relay.ts';
import type { Relay } from './relay.ts';
import { startSender } from './sender-process.ts';
import { senderRelay } from './sender-relay.ts';
import { startSink } from './start-sink.ts';

/** As many at once as Postfix delivers to one next hop, by its default. */
export const DELIVERIES = 20;
/** Enough for one durable write to hold the mails of several. */
export const SUBMITTERS = 64;
/** Below this, a percentile of a hundred is one mail. */
const LEAST_LATENCIES = 200;

export interface EndToEndPhaseFigures {
  /** What the sink of the rounds is called. */
  readonly sink: string;
  readonly ours: EndToEndFigures;
  /** Undefined where it was not measured. */
  readonly postfix: EndToEndFigures | undefined;
  /** From submission to arrival, mails submitted as fast as they are accepted. */
  readonly underLoad: Latencies;
  /** The same at half the rate that was delivered end to end. */
  readonly atHalf: Latencies;
  /** Memory of the sender at the end that no file backs. */
  readonly rssMiB: number;
}

/** How long mails of one load take; the sink has told of those before. */
async function latenciesOf(relay: Relay, sink: OwnSink, mails: number): Promise<Latencies> {
  await sink.takeLatencies();
  await relayMails(relay, sink, mails);
  return sink.takeLatencies();
}

async function startOurs(
  folder: string,
  ports: { readonly near: number; readonly observed: number },
  processes: PhaseProcesses,
) {
  await mkdir(folder);
  const providers = Object.entries(ports).map(([name, port]) => {
    return { name, port, connections: DELIVERIES };
  });
  const sender = await processes.keep(startSender({ folder, providers }));
  const load = await processes.keep(startLoad());
  const relayBy = (provider: string) =>
    senderRelay({ sender, load, provider, connections: SUBMITTERS });
  return { pid: sender.pid, near: relayBy('near'), observed: relayBy('observed') };
}

/** Measures from submission to arrival, beside Postfix if it is to be; ends all that it started. */
export async function runEndToEndPhase(
  config: BenchConfig,
  deps: PhaseDeps & { readonly withPostfix: boolean },
  teardown: Teardown,
): Promise<EndToEndPhaseFigures> {
  const { folder, progress, withPostfix } = deps;
  const processes = new PhaseProcesses(teardown, deps.signal);
  const sink = await processes.keep(startSink([], deps.signal));
  const observer = await processes.keep(startOwnSink({ pin: [] }));
  const ports = { near: sink.port, observed: observer.port };
  const ours = await startOurs(join(folder, 'end-to-end'), ports, processes);
  const { environment, rounds } = config;
  const postfixOptions = { parent: folder, sinkPort: sink.port, environment, signal: deps.signal };
  const postfix = withPostfix ? await processes.keep(startPostfixRelay(postfixOptions)) : undefined;

  const { signal } = processes;
  const relays = [ours.near, ...(postfix === undefined ? [] : [postfix])];
  const mails = Math.ceil(config.mails / rounds);
  const figuresOf = await measureEndToEnd(relays, { sink, rounds, mails, progress, signal });
  const figures = figuresOf(ours.near);

  progress('ours, from submission to arrival');
  const underLoad = await unlessAborted(latenciesOf(ours.observed, observer, mails), signal);
  const half = ours.observed.at(figures.endToEndPerSecond / 2);
  const paced = Math.max(
    LEAST_LATENCIES,
    Math.ceil((figures.endToEndPerSecond / 2) * config.seconds),
  );
  const atHalf = await unlessAborted(latenciesOf(half, observer, paced), signal);
  return {
    sink: sink.name,
    ours: figures,
    postfix: postfix && figuresOf(postfix),
    underLoad,
    atHalf,
    rssMiB: await anonymousRssMiB(ours.pid),
  };
}
