import type { StoreEngine } from '../engine/store-engine.ts';

/** Short enough for tests to wait for it, and long enough for a busy machine to be heard of meanwhile. */
export const ACK_WAIT_MS = 3_000;

/** Mails are kept by that NATS server. */
export function jetStreamOf({ url }: { readonly url: string }): StoreEngine {
  return { kind: 'jetstream', servers: [url], replicas: 1, ackWaitMs: ACK_WAIT_MS };
}

/** Mails are kept by each of the servers of a cluster. */
export function jetStreamOfAll({ urls }: { readonly urls: readonly string[] }): StoreEngine {
  const servers = [...urls];
  return { kind: 'jetstream', servers, replicas: urls.length, ackWaitMs: ACK_WAIT_MS };
}
