import { median } from '../measure/median.ts';
import type { Relay } from './relay.ts';
import { type RelayFigures, relayMails } from './relay-mails.ts';
import type { Sink } from './sink.ts';

/** Node compiles, and Postfix starts its processes, in the first moments. */
const WARM_UP_MAILS = 1000;

export interface RoundsOptions {
  readonly sink: Sink;
  readonly rounds: number;
  /** Of each round. */
  readonly mails: number;
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

function medianOf(rounds: readonly RelayFigures[]): RelayFigures {
  return {
    acceptedPerSecond: median(rounds.map(({ acceptedPerSecond }) => acceptedPerSecond)),
    endToEndPerSecond: median(rounds.map(({ endToEndPerSecond }) => endToEndPerSecond)),
    coreMsPerMail: median(rounds.map(({ coreMsPerMail }) => coreMsPerMail)),
  };
}

/** Lets one relay after the other deliver, `rounds` times; the function has the medians of each. */
export async function measureEndToEnd(
  relays: readonly Relay[],
  options: RoundsOptions,
): Promise<(relay: Relay) => RelayFigures> {
  const { sink, rounds, mails, progress, signal } = options;
  for (const relay of relays) {
    await relayMails(relay, sink, Math.min(WARM_UP_MAILS, mails), signal);
  }
  const results = new Map<Relay, RelayFigures[]>(relays.map((relay) => [relay, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const relay of relays) {
      const figures = await relayMails(relay, sink, mails, signal);
      results.get(relay)?.push(figures);
      const perSecond = Math.round(figures.endToEndPerSecond);
      progress(`${relay.name}, round ${round} of ${rounds}: ${perSecond} mails/s end to end`);
    }
  }
  return (relay) => medianOf(results.get(relay) ?? []);
}
