import type { EndToEndPhaseFigures } from '../end-to-end-phase.ts';

/** Mails a second to a server some way off; medians of the rounds. */
export interface ReplicaFigures {
  readonly one: number;
  /** All of them together. */
  readonly all: number;
}

/** All that was measured of senders that keep their mails in NATS. */
export interface NatsFigures {
  /** With a server that writes to the disk every two minutes, as NATS does by default. */
  readonly usual: EndToEndPhaseFigures;
  /** With one that has each message on the disk before it says so. */
  readonly syncAlways: EndToEndPhaseFigures;
  readonly replicas: ReplicaFigures;
}

/** What senders on NATS are to reach. */
export const NATS_TARGETS = {
  endToEndPerSecond: 1500,
  /** Times as many mails as one, of three replicas at a round trip of 20 ms. */
  ofThreeReplicas: 2.5,
} as const;

/** How many times as many mails all replicas do as one. */
export function replicaRatio({ replicas: { one, all } }: NatsFigures): number {
  return all / one;
}
