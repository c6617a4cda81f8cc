import { unlessAborted } from '../measure/abortion.ts';
import { median } from '../measure/median.ts';
import { cpuSeconds } from '../measure/process-usage.ts';
import type { Prober } from './prober.ts';
import type { ServerProcess } from './server-process.ts';

/** Node compiles, and Go grows its heap, in the first moments. */
const WARM_UP_SECONDS = 1;

/** What a prober does; each figure is the median of the rounds. Shares are of one core's time. */
export interface RateFigures {
  readonly name: string;
  readonly probesPerSecond: number;
  /** Core time of the prober for one probe, the same whatever else the machine does. */
  readonly cpuMsPerProbe: number;
  readonly proberShare: number;
  /** Of all servers together. */
  readonly serverShare: number;
  /** NaN where nothing drives the prober. */
  readonly driverShare: number;
}

export interface RateRoundsOptions {
  readonly servers: readonly ServerProcess[];
  readonly rounds: number;
  /** Length of one round of one prober. */
  readonly seconds: number;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Core seconds so far of the prober, all servers, and the driver. */
async function usage(prober: Prober, servers: readonly ServerProcess[]) {
  const ofServers = await Promise.all(servers.map(({ pid }) => cpuSeconds(pid)));
  return {
    prober: await cpuSeconds(prober.pid),
    servers: ofServers.reduce((sum, seconds) => sum + seconds, 0),
    driver: prober.driverPid === undefined ? Number.NaN : await cpuSeconds(prober.driverPid),
  };
}

async function roundOf(prober: Prober, options: RateRoundsOptions): Promise<RateFigures> {
  const { servers, seconds } = options;
  await prober.probe(Math.min(WARM_UP_SECONDS, seconds));
  const before = await usage(prober, servers);
  const { times, seconds: taken } = await prober.probe(seconds);
  const after = await usage(prober, servers);
  const used = after.prober - before.prober;
  return {
    name: prober.name,
    probesPerSecond: times / taken,
    cpuMsPerProbe: (used * 1000) / times,
    proberShare: used / taken,
    serverShare: (after.servers - before.servers) / taken,
    driverShare: (after.driver - before.driver) / taken,
  };
}

function medianOf(name: string, rounds: readonly RateFigures[]): RateFigures {
  return {
    name,
    probesPerSecond: median(rounds.map(({ probesPerSecond }) => probesPerSecond)),
    cpuMsPerProbe: median(rounds.map(({ cpuMsPerProbe }) => cpuMsPerProbe)),
    proberShare: median(rounds.map(({ proberShare }) => proberShare)),
    serverShare: median(rounds.map(({ serverShare }) => serverShare)),
    driverShare: median(rounds.map(({ driverShare }) => driverShare)),
  };
}

/**
 * Lets one prober after the other probe, `rounds` times; the function has the figures of each.
 *
 * Rejects if a probe does not succeed.
 */
export async function measureRates(
  probers: readonly Prober[],
  options: RateRoundsOptions,
): Promise<(prober: Prober) => RateFigures> {
  const results = new Map<Prober, RateFigures[]>(probers.map((prober) => [prober, []]));
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const prober of probers) {
      const figures = await unlessAborted(roundOf(prober, options), options.signal);
      results.get(prober)?.push(figures);
      const perSecond = Math.round(figures.probesPerSecond);
      options.progress(
        `${prober.name}, round ${round} of ${options.rounds}: ${perSecond} probes/s`,
      );
    }
  }
  return (prober) => medianOf(prober.name, results.get(prober) ?? []);
}
