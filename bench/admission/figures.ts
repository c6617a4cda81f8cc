import type { CallTimes } from './call-time.ts';
import type { CreateFigures, EachWay } from './create-rounds.ts';
import type { LoadFigures } from './load-rounds.ts';

/** All that was measured. */
export interface Figures {
  readonly load: { readonly ours: LoadFigures; readonly peer: LoadFigures };
  readonly creates: EachWay<CreateFigures>;
  readonly calls: CallTimes;
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

function gainOf({ createMs, handlerMs }: CreateFigures, withoutMs: number, calls: number): Gain {
  const total = createMs - withoutMs;
  return { total, calls, handlers: handlerMs, apiServer: total - calls };
}

export function gainsOf({ creates, calls }: Figures) {
  const { none, peer, ours, oursWithMutation } = creates;
  return {
    peer: gainOf(peer, none.createMs, calls.peer),
    ours: gainOf(ours, none.createMs, calls.ours),
    oursWithMutation: gainOf(oursWithMutation, none.createMs, calls.ours + calls.oursMutate),
  };
}
