import { setTimeout as delay } from 'node:timers/promises';
import type { ReceivingServer } from './receiving-server.ts';

const LONGEST_MS = 40_000;

/** The Message-ID of each message that arrived, in their order. */
export function messageIds({ received }: Pick<ReceivingServer, 'received'>): readonly string[] {
  return received.map(({ content }) => /Message-ID: (.*)\r/.exec(content)?.[1] ?? '');
}

/** How often each of the messages arrived that did, by Message-ID. */
export function timesArrived(
  server: Pick<ReceivingServer, 'received'>,
): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const id of messageIds(server)) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}

/** Those that arrived more than once. */
export function repeated(server: Pick<ReceivingServer, 'received'>): readonly string[] {
  return [...timesArrived(server)].filter(([, times]) => times > 1).map(([id]) => id);
}

/** Resolves when each of the mails has arrived; rejects when that takes longer than anything may. */
export async function allArrived(
  server: Pick<ReceivingServer, 'received'>,
  accepted: ReadonlySet<string>,
): Promise<void> {
  const end = performance.now() + LONGEST_MS;
  for (;;) {
    const times = timesArrived(server);
    const missing = [...accepted].filter((id) => !times.has(id));
    if (missing.length === 0) return;
    if (performance.now() > end) {
      throw new Error(`${missing.length} of ${accepted.size} mails did not arrive`);
    }
    await delay(20);
  }
}
