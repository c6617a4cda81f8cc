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
  const place = { natsUrl, port };
  const one = await startFleet({ ...place, name: 'one', size: 1 }, deps, processes);
  const all = await startFleet({ ...place, name: 'all', size: replicas }, deps, processes);

  const { signal } = processes;
  const rateOf = async (relay: Relay, mails: number) =>
    (await relayMails(relay, sink, mails, signal)).endToEndPerSecond;
  for (const relay of [one, all]) await rateOf(relay, WARM_UP_MAILS * replicas);
  const mails = mailsOfRound(rtt, seconds);
  const rates: ReplicaFigures[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const rate = { one: await rateOf(one, mails), all: await rateOf(all, replicas * mails) };
    rates.push(rate);
    const [few, many] = [rate.one, rate.all].map((each) => each.toFixed(1));
    deps.progress(
      `at ${rtt} ms, round ${round} of ${rounds}: one ${few}, ${replicas} replicas ${many} mails/s`,
    );
  }
  return {
    one: median(rates.map((rate) => rate.one)),
    all: median(rates.map((rate) => rate.all)),
  };
}
