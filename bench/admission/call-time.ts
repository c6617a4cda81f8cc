import { KeptConnection } from './kept-connection.ts';
import { createReview } from './review.ts';
import type { RunningWebhook } from './running-webhook.ts';

/** The first one connects. */
const WARM_UP_CALLS = 5;

/**
 * Calls a webhook at each of `paths`, one after the other over a kept connection, `times` times;
 * returns what each time took in ms.
 */
export async function callTimes(
  webhook: RunningWebhook,
  paths: readonly string[],
  times: number,
): Promise<readonly number[]> {
  const connection = new KeptConnection(webhook);
  const callAll = async () => {
    let sum = 0;
    for (const path of paths) {
      const { status, milliseconds } = await connection.send('POST', path, createReview());
      if (status !== 200) throw new Error(`${webhook.name}: ${path} answers ${status}`);
      sum += milliseconds;
    }
    return sum;
  };
  try {
    const taken: number[] = [];
    for (let n = 0; n < WARM_UP_CALLS + times; n += 1) taken.push(await callAll());
    return taken.slice(WARM_UP_CALLS);
  } finally {
    connection.close();
  }
}
