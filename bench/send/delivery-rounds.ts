import { unlessAborted } from '../measure/abortion.ts';
import { median } from '../measure/median.ts';
import { cpuSeconds } from '../measure/process-usage.ts';
import type { Deliverer } from './deliverer.ts';

/** Node compiles, and connections are made, in the first moments. */
const WARM_UP_SECONDS = 1;

/** What a deliverer does; each figure is the median of the rounds. */
export interface DeliveryFigures {
  readonly perSecond: number;
  /** In a second of core time of the deliverer, the same whatever else the machine does. */
  readonly perCoreSecond: number;
  /** Share of one core's time that the deliverer had. */
  readonly share: number;
  /** The same of the sink. */
  readonly sinkShare: number;
}

export interface DeliveryRoundsOptions {
  readonly sink: { readonly pid: number | undefined };
  readonly rounds: number;
  /** Length of one round of one deliverer. */
  readonly seconds: number;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

async function roundOf(
  deliverer: Deliverer,
  { sink, seconds }: DeliveryRoundsOptions,
): Promise<DeliveryFigures> {
  await deliverer.deliver(Math.min(WARM_UP_SECONDS, seconds));
  const usage = () => Promise.all([cpuSeconds(deliverer.pid), cpuSeconds(sink.pid)]);
  const [before, sinkBefore] = await usage();
  const { times, seconds: taken } = await deliverer.deliver(seconds);
  const [after, sinkAfter] = await usage();
  return {
    perSecond: times / taken,
    perCoreSecond: times / (after - before),
    share: (after - before) / taken,
    sinkShare: (sinkAfter - sinkBefore) / taken,
  };
}

function medianOf(rounds: readonly DeliveryFigures[]): DeliveryFigures {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    perCoreSecond: median(rounds.map(({ perCoreSecond }) => perCoreSecond)),
    share: median(rounds.map(({ share }) => share)),
    sinkShare: median(rounds.map(({ sinkShare }) => sinkShare)),
  };
}

/** Lets one deliverer after the other send, `rounds` times; the function has the figures of each. */
export async function measureDelivery(
  deliverers: readonly Deliverer[],
  options: DeliveryRoundsOptions,
): Promise<(deliverer: Deliverer) => DeliveryFigures> {
  const { rounds, progress, signal } = options;
  const results = new Map<Deliverer, DeliveryFigures[]>(deliverers.map((each) => [each, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const deliverer of deliverers) {
      const figures = await unlessAborted(roundOf(deliverer, options), signal);
      results.get(deliverer)?.push(figures);
      const perSecond = Math.round(figures.perSecond);
      progress(`${deliverer.name}, round ${round} of ${rounds}: ${perSecond} mails/s`);
    }
  }
  return (deliverer) => medianOf(results.get(deliverer) ?? []);
}
