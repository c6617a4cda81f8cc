import type { Latencies } from './arrivals.ts';
import type { OwnSink } from './own-sink.ts';
import type { Relay } from './relay.ts';
import { relayMails } from './relay-mails.ts';
import type { PacedRelay } from './sender-relay.ts';

/** Below this, a percentile of a hundred is one mail. */
const LEAST_MAILS = 200;

/** How long mails take from their submission to their arrival. */
export interface LatencyFigures {
  /** At half the rate that is delivered end to end. */
  readonly atHalf: Latencies;
  /** Submitted as fast as they are accepted: the more mails there are, the longer each waits. */
  readonly saturated: Latencies;
}

export interface LatencyLoads {
  readonly relay: PacedRelay;
  readonly sink: OwnSink;
  /** That are submitted as fast as they are accepted. */
  readonly mails: number;
  readonly endToEndPerSecond: number;
  /** Length of the load at half the rate. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Submits mails in both ways; the sink tells how long they took. */
export async function measureLatencies(loads: LatencyLoads): Promise<LatencyFigures> {
  const { relay, sink, mails, endToEndPerSecond, seconds, signal } = loads;
  const latenciesOf = async (load: Relay, count: number) => {
    await sink.takeLatencies();
    await relayMails(load, sink, count, signal);
    return sink.takeLatencies();
  };
  const saturated = await latenciesOf(relay, mails);
  const half = endToEndPerSecond / 2;
  const paced = Math.max(LEAST_MAILS, Math.ceil(half * seconds));
  return { saturated, atHalf: await latenciesOf(relay.at(half), paced) };
}
