import { KeptConnection } from './kept-connection.ts';
import { median } from './median.ts';
import { createReview } from './review.ts';
import type { RunningWebhook } from './running-webhook.ts';

/** Calls that are not counted. */
const WARM_UP_CALLS = 20;

/** The median time of one call in ms, without an API server. */
export interface CallTimes {
  readonly peer: number;
  readonly ours: number;
  readonly oursMutate: number;
}

function caller({ url, authorityPem }: RunningWebhook, path: string) {
  const connection = new KeptConnection({ url, authorityPem });
  const times: number[] = [];
  return {
    async call() {
      const { status, milliseconds } = await connection.send('POST', path, createReview());
      if (status !== 200) throw new Error(`${url}${path} answers ${status}`);
      times.push(milliseconds);
    },
    median: () => median(times.slice(WARM_UP_CALLS)),
    close: () => connection.close(),
  };
}

/** Calls each webhook by turns, one call at a time, each over a connection that is kept. */
export async function measureCalls(
  ours: RunningWebhook,
  peer: RunningWebhook,
  calls: number,
): Promise<CallTimes> {
  const callers = {
    peer: caller(peer, '/validate'),
    ours: caller(ours, '/validate'),
    oursMutate: caller(ours, '/mutate'),
  };
  try {
    for (let n = 0; n < WARM_UP_CALLS + calls; n += 1) {
      for (const { call } of Object.values(callers)) await call();
    }
  } finally {
    for (const { close } of Object.values(callers)) close();
  }
  return {
    peer: callers.peer.median(),
    ours: callers.ours.median(),
    oursMutate: callers.oursMutate.median(),
  };
}
