import type { CreateFigures, EachWay } from './create-rounds.ts';
import type { LoadFigures } from './load-rounds.ts';

/** All that was measured. */
export interface Figures {
  readonly load: { readonly ours: LoadFigures; readonly peer: LoadFigures };
  readonly creates: EachWay<CreateFigures>;
}

/** What a create gains by a registration, in ms, and where that goes. */
export interface Gain {
  readonly total: number;
  /** What the calls take by themselves: TLS, HTTP and the handlers. */
  readonly calls: number;
  /** Of that, the handlers; undefined if the metrics do not tell. */
  readonly handlers: number | undefined;
  /** The rest: the API server makes the review, decides whom to ask, and reads the answer. */
  readonly apiServer: number;
}

/** How many times more answers a second ours gives than the peer. */
export function ratioOf({ load }: Figures): number {
  return load.ours.perSecond / load.peer.perSecond;
}

/** What `way` gains over a create that nobody is asked about. */
export function gainOf(way: CreateFigures, nobodyAsked: CreateFigures): Gain {
  const total = way.createMs - nobodyAsked.createMs;
  const { callsMs, handlerMs } = way;
  return { total, calls: callsMs, handlers: handlerMs, apiServer: total - callsMs };
}
