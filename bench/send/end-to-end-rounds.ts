import { unlessAborted } from '../measure/abortion.ts';
import { median } from '../measure/median.ts';
import { groupCpuSeconds } from '../measure/process-usage.ts';
import type { Relay } from './relay.ts';
import type { Sink } from './sink.ts';

/** Node compiles, and Postfix starts its processes, in the first moments. */
const WARM_UP_MAILS = 1000;

/** What a relay does; each figure is the median of the rounds. */
export interface EndToEndFigures {
  /** From the first submission to the answer to the last. */
  readonly acceptedPerSecond: number;
  /** From the first submission to the arrival of the last. */
  readonly endToEndPerSecond: number;
  /** Core time of its processes for one mail, much the same whatever else the machine does. */
  readonly coreMsPerMail: number;
}

export interface RoundsOptions {
  readonly sink: Sink;
  readonly rounds: number;
  /** Of each round. */
  readonly mails: number;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Submits mails, and waits until all arrived. */
export async function relayMails(
  relay: Relay,
  sink: Sink,
  mails: number,
): Promise<EndToEndFigures> {
  const before = await sink.total();
  const usedBefore = await groupCpuSeconds(relay.pid);
  const [{ startedAt, acceptedAt }, arrivedAt] = await Promise.all([
    relay.submit(mails),
    sink.whenTotal(before + mails),
  ]);
  const used = (await groupCpuSeconds(relay.pid)) - usedBefore;
  const perSecond = (until: number) => (mails * 1000) / (until - startedAt);
  return {
    acceptedPerSecond: perSecond(acceptedAt),
    endToEndPerSecond: perSecond(arrivedAt),
    coreMsPerMail: (used * 1000) / mails,
  };
}

function medianOf(rounds: readonly EndToEndFigures[]): EndToEndFigures {
  return {
    acceptedPerSecond: median(rounds.map(({ acceptedPerSecond }) => acceptedPerSecond)),
    endToEndPerSecond: median(rounds.map(({ endToEndPerSecond }) => endToEndPerSecond)),
    coreMsPerMail: median(rounds.map(({ coreMsPerMail }) => coreMsPerMail)),
  };
}

/** Lets one relay after the other deliver, `rounds` times; the function has the figures of each. */
export async function measureEndToEnd(
  relays: readonly Relay[],
  options: RoundsOptions,
): Promise<(relay: Relay) => EndToEndFigures> {
  const { sink, rounds, mails, progress, signal } = options;
  const relayed = (relay: Relay, count: number) =>
    unlessAborted(relayMails(relay, sink, count), signal);
  for (const relay of relays) await relayed(relay, Math.min(WARM_UP_MAILS, mails));
  const results = new Map<Relay, EndToEndFigures[]>(relays.map((relay) => [relay, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const relay of relays) {
      const figures = await relayed(relay, mails);
      results.get(relay)?.push(figures);
      const perSecond = Math.round(figures.endToEndPerSecond);
      progress(`${relay.name}, round ${round} of ${rounds}: ${perSecond} mails/s end to end`);
    }
  }
  return (relay) => medianOf(results.get(relay) ?? []);
}
