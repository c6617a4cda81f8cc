import type { DeliveryPhaseFigures } from './delivery-phase.ts';
import type { DistanceFigures } from './distance-phase.ts';
import type { EndToEndPhaseFigures } from './end-to-end-phase.ts';

/** All that was measured. */
export interface Figures {
  readonly endToEnd: EndToEndPhaseFigures;
  readonly delivery: DeliveryPhaseFigures;
  readonly distance: DistanceFigures;
}

/** What the sender is to reach. */
export const TARGETS = {
  /** Times as many mails end to end as Postfix. */
  toPostfix: 3,
  deliveriesPerCoreSecond: 20_000,
  /** Times as many mails as by a dial for each, at a round trip of 20 ms. */
  toDialPerMail: 10,
} as const;

export interface Ratios {
  /** Undefined where Postfix was not measured. */
  readonly toPostfix: number | undefined;
  readonly toPool: number;
  readonly toDialPerMail: number;
}

/** How many times as many mails ours does as each peer. */
export function ratiosOf({ endToEnd, delivery, distance }: Figures): Ratios {
  const { ours, postfix } = endToEnd;
  return {
    toPostfix: postfix && ours.endToEndPerSecond / postfix.endToEndPerSecond,
    toPool: delivery.ours.perSecond / delivery.pool.perSecond,
    toDialPerMail: distance.ours / distance.dialPerMail,
  };
}
