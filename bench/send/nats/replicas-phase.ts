import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startNatsServer } from '@mailprovider/cluster/nats/nats-server';
import type { Teardown } from '@mailprovider/cluster/teardown';
import { median } from '../../measure/median.ts';
import type { BenchConfig } from '../config.ts';
import {
  DISTANT_CONNECTIONS,
  mailsOfRound,
  SUBMITTERS,
  startDelay,
  WARM_UP_MAILS,
} from '../distance-phase.ts';
import type { Engine } from '../engine.ts';
import { startLoad } from '../load-process.ts';
import { startOwnSink } from '../own-sink.ts';
import type { PhaseDeps } from '../phase-deps.ts';
import { PhaseProcesses } from '../phase-processes.ts';
import type { Relay } from '../relay.ts';
import { relayMails } from '../relay-mails.ts';
import { startSender } from '../sender-process.ts';
import { senderRelay } from '../sender-relay.ts';
import type { ReplicaFigures } from './nats-figures.ts';

interface Fleet {
  /** Of their stream and of their folder. */
  readonly name: string;
  readonly size: number;
  readonly natsUrl: string;
  /** Of the server some way off. */
  readonly port: number;
}

/** Senders that share their mails; each has its own connections to the server some way off. */
async function startFleet(
  { name, size, natsUrl, port }: Fleet,
  { access, folder }: PhaseDeps,
  processes: PhaseProcesses,
): Promise<Relay> {
  const provider = 'distant';
  const login = { authorityPem: access.authorityPem, ...access.credentials };
  const providers = [{ name: provider, port, connections: DISTANT_CONNECTIONS, login }];
  const engine: Engine = { kind: 'nats', url: natsUrl, streamPrefix: name };
  const starting = Array.from({ length: size }, async (_, index) => {
    const own = join(folder, `${name}-${index + 1}`);
    await mkdir(own);
    return processes.keep(startSender({ folder: own, providers, engine }));
  });
  const senders = await Promise.all(starting);
  const load = await processes.keep(startLoad());
  return senderRelay({ senders, load, provider, connections: size * SUBMITTERS });
}

/** Measures one sender and several against the same server some way off; ends all that it started. */
export async function runReplicasPhase(
  { rtt, rounds, seconds, replicas }: BenchConfig,
  deps: PhaseDeps & { readonly natsServer: string },
  teardown: Teardown,
): Promise<ReplicaFigures> {
  const processes = new PhaseProcesses(teardown, deps.signal);
  const sink = await processes.keep(startOwnSink({ pin: [], access: deps.access }));
  const { port } = await startDelay(sink.port, rtt, processes);
  const dataDir = join(deps.folder, 'nats-server');
  const { url: natsUrl } = await processes.keep(
    startNatsServer({ program: deps.natsServer, dataDir }),
  );
  const fleets: readonly { relay: Relay; mails: number; rates: number[] }[] = [
    await fleet('one', 1),
    await fleet('all', replicas),
  ];

  async function fleet(name: string, size: number) {
    const relay = await startFleet({ name, size, natsUrl, port }, deps, processes);
    return { relay, mails: size * mailsOfRound(rtt, seconds), rates: [] };
  }

  const { signal } = processes;
  for (const { relay } of fleets) await relayMails(relay, sink, WARM_UP_MAILS * replicas, signal);
  for (let round = 1; round <= rounds; round += 1) {
    for (const { relay, mails, rates } of fleets) {
      rates.push((await relayMails(relay, sink, mails, signal)).endToEndPerSecond);
    }
    const [one, all] = fleets.map(({ rates }) => rates.at(-1)?.toFixed(1));
    deps.progress(
      `at ${rtt} ms, round ${round} of ${rounds}: one ${one}, ${replicas} replicas ${all} mails/s`,
    );
  }
  const [one = Number.NaN, all = Number.NaN] = fleets.map(({ rates }) => median(rates));
  return { one, all };
}
