import type { Teardown } from '@mailprovider/cluster/teardown';
import { DEFAULT_CONCURRENCY } from '@mailprovider/health/schedule';
import { startBlackbox } from './blackbox.ts';
import type { PhaseDeps } from './condition-phase.ts';
import type { BenchConfig } from './config.ts';
import type { Rates } from './figures.ts';
import { type NodeProberOptions, startNodeProber } from './node-prober.ts';
import { measureRates } from './rate-rounds.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** As many probes at once as the health process has. */
export const OUR_CONCURRENCY = DEFAULT_CONCURRENCY;
/** It does as many probes a second with 16 and with 256 at once. */
export const BLACKBOX_CONCURRENCY = 64;

export interface RatePhaseDeps extends PhaseDeps {
  /** How many servers share the load. */
  readonly servers: number;
  readonly hasBlackbox: boolean;
}

/** Measures how many probes a second each prober does; ends all that it started. */
export async function runRatePhase(
  config: BenchConfig,
  deps: RatePhaseDeps,
  teardown: Teardown,
): Promise<Rates> {
  const { access, pin, directory, progress } = deps;
  const keep = <Started extends { stop(): Promise<void> }>(started: Started): Started => {
    teardown.add(() => started.stop());
    return started;
  };
  const servers: ServerProcess[] = [];
  for (let n = 0; n < deps.servers; n += 1) {
    servers.push(keep(await startServerProcess({ kind: 'prompt', ...access })));
  }
  const probed = { ...access, ports: servers.map(({ port }) => port) };
  const start = async (prober: Pick<NodeProberOptions, 'name' | 'program' | 'concurrency'>) =>
    keep(await startNodeProber({ ...prober, servers: probed, pin }));
  const program = 'session-program';
  const ours = await start({ name: 'ours', program, concurrency: OUR_CONCURRENCY });
  const sequential = await start({ name: 'sequential', program, concurrency: 1 });
  const nodemailer = await start({
    name: 'sequential, nodemailer',
    program: 'nodemailer-program',
    concurrency: 1,
  });
  const { environment } = config;
  const options = { servers: probed, pin, environment, directory, signal: deps.signal };
  const blackbox = deps.hasBlackbox
    ? keep(await startBlackbox({ ...options, concurrency: BLACKBOX_CONCURRENCY }))
    : undefined;
  const probers = [ours, sequential, nodemailer, ...(blackbox === undefined ? [] : [blackbox])];
  const failures = [...servers, ...probers].map(({ failed }) => failed);
  const signal = AbortSignal.any([deps.signal, ...failures]);
  const { rounds, seconds } = config;
  const figuresOf = await measureRates(probers, { servers, rounds, seconds, progress, signal });
  return {
    ours: figuresOf(ours),
    sequential: figuresOf(sequential),
    nodemailer: figuresOf(nodemailer),
    blackbox: blackbox && figuresOf(blackbox),
  };
}
