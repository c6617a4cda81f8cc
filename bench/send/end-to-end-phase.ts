import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Teardown } from '@mailprovider/cluster/teardown';
import { watchMemory } from '../measure/memory-watch.ts';
import type { BenchConfig } from './config.ts';
import { measureEndToEnd } from './end-to-end-rounds.ts';
import { type Engine, lmdbIn } from './engine.ts';
import { type LatencyFigures, measureLatencies } from './latency-loads.ts';
import { startLoad } from './load-process.ts';
import { startOwnSink } from './own-sink.ts';
import type { PhaseDeps } from './phase-deps.ts';
import { PhaseProcesses } from './phase-processes.ts';
import { startPostfixRelay } from './postfix-relay.ts';
import type { RelayFigures } from './relay-mails.ts';
import { startSender } from './sender-process.ts';
import { senderRelay } from './sender-relay.ts';
import { startSink } from './start-sink.ts';

/** As many at once as Postfix delivers to one next hop, by its default. */
export const DELIVERIES = 20;
/** Enough for one durable write to hold the mails of several. */
export const SUBMITTERS = 64;
export interface EndToEndPhaseFigures {
  /** What the sink of the rounds is called. */
  readonly sink: string;
  readonly ours: RelayFigures;
  /** Undefined where it was not measured. */
  readonly postfix: RelayFigures | undefined;
  /** Of ours. */
  readonly latencies: LatencyFigures;
  /** Most memory of the sender that no file backs. */
  readonly rssMiB: number;
}

async function startOurs(
  { folder, engine }: { readonly folder: string; readonly engine: Engine },
  ports: { readonly near: number; readonly observed: number },
  processes: PhaseProcesses,
) {
  await mkdir(folder);
  const providers = Object.entries(ports).map(([name, port]) => {
    return { name, port, connections: DELIVERIES };
  });
  const sender = await processes.keep(startSender({ folder, providers, engine }));
  const load = await processes.keep(startLoad());
  const relayBy = (provider: string) =>
    senderRelay({ senders: [sender], load, provider, connections: SUBMITTERS });
  return { near: relayBy('near'), observed: relayBy('observed') };
}

/** Measures from submission to arrival, beside Postfix if it is to be; ends all that it started. */
export async function runEndToEndPhase(
  config: BenchConfig,
  deps: PhaseDeps & {
    readonly withPostfix: boolean;
    /** Default: LMDB in a folder of its own. */
    readonly engine?: Engine;
  },
  teardown: Teardown,
): Promise<EndToEndPhaseFigures> {
  const { folder, progress, withPostfix } = deps;
  const processes = new PhaseProcesses(teardown, deps.signal);
  const sink = await processes.keep(startSink([], deps.signal));
  const observer = await processes.keep(startOwnSink({ pin: [] }));
  const ports = { near: sink.port, observed: observer.port };
  const own = join(folder, 'end-to-end');
  const { engine = lmdbIn(own) } = deps;
  const ours = await startOurs({ folder: own, engine }, ports, processes);
  const { environment, rounds } = config;
  const postfixOptions = { parent: folder, sinkPort: sink.port, environment, signal: deps.signal };
  const postfix = withPostfix ? await processes.keep(startPostfixRelay(postfixOptions)) : undefined;

  const memory = watchMemory(ours.near.pid);
  teardown.add(() => memory.stop());

  const { signal } = processes;
  const relays = [ours.near, ...(postfix === undefined ? [] : [postfix])];
  const mails = Math.ceil(config.mails / rounds);
  const figuresOf = await measureEndToEnd(relays, { sink, rounds, mails, progress, signal });
  const figures = figuresOf(ours.near);

  progress('ours, from submission to arrival');
  const { observed: relay } = ours;
  const { endToEndPerSecond } = figures;
  const latencies = await measureLatencies({
    relay,
    sink: observer,
    mails,
    endToEndPerSecond,
    seconds: config.seconds,
    signal,
  });
  return {
    sink: sink.name,
    ours: figures,
    postfix: postfix && figuresOf(postfix),
    latencies,
    rssMiB: await memory.takePeakMiB(),
  };
}
