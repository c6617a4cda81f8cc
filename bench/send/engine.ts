import { join } from 'node:path';
import type { Logger } from '@mailprovider/process';
import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';
import { DEFAULT_SETTINGS } from '@mailprovider/sender/settings';
import type { MailStore } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { z } from 'zod';

/** Where a sender keeps its mails; a folder holds nothing yet. */
export const engineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lmdb'), folder: z.string() }),
  /** Senders with the same prefix share their mails. */
  z.object({ kind: z.literal('nats'), url: z.string(), streamPrefix: z.string() }),
]);
export type Engine = z.output<typeof engineSchema>;

/** LMDB in the folder of a sender. */
export function lmdbIn(folder: string): Engine {
  return { kind: 'lmdb', folder: join(folder, 'mails') };
}

const ACK_WAIT_MS = 30_000;

export function openStore(engine: Engine, logger: Logger): Promise<MailStore> {
  if (engine.kind === 'lmdb') return openLmdbStore(engine.folder);
  return openJetStreamStore({
    servers: [engine.url],
    tls: {},
    streamPrefix: engine.streamPrefix,
    replicas: 1,
    ackWaitMs: ACK_WAIT_MS,
    retention: DEFAULT_SETTINGS,
    logger,
  });
}
