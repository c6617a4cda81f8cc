import { type Logger, StartupError } from '@mailprovider/process';
import type { EngineConfig } from './engine-config.ts';
import { openJetStreamStore } from './jetstream/open-jetstream-store.ts';
import { type MailStore, type Retention, StoreError } from './store/mail-store.ts';
import { openLmdbStore } from './store/open-lmdb-store.ts';

/** Opens the store that the flags choose. Throws `StartupError` naming the flag to look at. */
export async function openStore(
  config: EngineConfig & { readonly retention: Retention },
  logger: Logger,
): Promise<MailStore> {
  const { retention } = config;
  switch (config.engine) {
    case 'lmdb': {
      const { dataDir, dataMaxBytes } = config;
      const maxBytes = dataMaxBytes === undefined ? {} : { maxBytes: dataMaxBytes };
      return openLmdbStore(dataDir, { ...maxBytes, retention, logger }).catch(
        asStartup('--data-dir'),
      );
    }
    case 'nats':
      return openJetStreamStore({ ...config.nats, retention, logger }).catch(
        asStartup('--nats-servers'),
      );
  }
}

function asStartup(flag: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof StoreError) throw new StartupError(`${flag}: ${error.message}`);
    throw error;
  };
}
