import type { Logger } from '@mailprovider/process';
import { openJetStreamStore } from '@mailprovider/sender/jetstream/open-jetstream-store';

import { DEFAULT_RETENTION, type MailStore } from '@mailprovider/sender/store/mail-store';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import type { Engine } from './engine.ts';

const ACK_WAIT_MS = 30_000;

export function openStore(engine: Engine, logger: Logger): Promise<MailStore> {
  if (engine.kind === 'lmdb') return openLmdbStore(engine.folder);
  return openJetStreamStore({
    servers: [engine.url],
    streamPrefix: engine.streamPrefix,
    replicas: 1,
    ackWaitMs: ACK_WAIT_MS,
    retention: DEFAULT_RETENTION,
    logger,
  });
}
