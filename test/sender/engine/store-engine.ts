import { createLogger } from '@mailprovider/process';
import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';

import { DEFAULT_RETENTION, type MailStore } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { z } from 'zod';

/** Where a sender under test keeps its mails; those with the same one in NATS share them. */
export const storeEngineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lmdb'), folder: z.string() }),
  z.object({
    kind: z.literal('jetstream'),
    servers: z.array(z.string()).min(1),
    /** Of the streams, among the servers. */
    replicas: z.int(),
    ackWaitMs: z.int(),
  }),
]);
export type StoreEngine = z.output<typeof storeEngineSchema>;

export function openStore(engine: StoreEngine): Promise<MailStore> {
  if (engine.kind === 'lmdb') return openLmdbStore(engine.folder);
  const { servers, replicas, ackWaitMs } = engine;
  return openJetStreamStore({
    servers,
    streamPrefix: 'tested',
    replicas,
    ackWaitMs,
    retention: DEFAULT_RETENTION,
    logger: createLogger('sender', 'silent'),
  });
}
