import type { ConditionFigures } from './condition-round.ts';
import type { RateFigures } from './rate-rounds.ts';

export interface Rates {
  readonly ours: RateFigures;
  /** The same probe, one after the other. */
  readonly sequential: RateFigures;
  /** nodemailer's `verify()`, one after the other. */
  readonly nodemailer: RateFigures;
  /** Undefined where blackbox_exporter is not installed. */
  readonly blackbox: RateFigures | undefined;
}

/** All that was measured. */
export interface Figures {
  readonly conditions: ConditionFigures;
  readonly rates: Rates;
}

/** How many times more probes a second ours does than the sequential prober. */
export function ratioOf({ ours, sequential }: Rates): number {
  return ours.probesPerSecond / sequential.probesPerSecond;
}
