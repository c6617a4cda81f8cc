import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import {
  type BindAddress,
  createLogger,
  listen,
  StartupError,
  systemClock,
} from '@mailprovider/process';
import { loopbackAuthenticator, requireLoopback } from '@mailprovider/sender/api/loopback-only';
import { createApiServer } from '@mailprovider/sender/api/server';
import { createSender } from '@mailprovider/sender/create-sender';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import { registerBacklogMetrics } from '@mailprovider/sender/metrics/backlog-metrics';
import { createSenderMetrics } from '@mailprovider/sender/metrics/sender-metrics';
import { toAll } from '@mailprovider/sender/observer';
import type { ProviderSource, ReferenceSource } from '@mailprovider/sender/ports';
import { SendStatusKeeper } from '@mailprovider/sender/status/send-status-keeper';
import { openLmdbStore } from '@mailprovider/sender/store/open-lmdb-store';
import { createAddressPolicy } from '@mailprovider/smtp';
import type { Registry } from 'prom-client';
import type { ProviderStore } from './provider-store.ts';

export interface LocalSenderOptions {
  readonly bindAddress: BindAddress;
  readonly dataFolder: string;
  readonly credentialsNamespace: string;
}

/** The sender of one folder of providers. */
export interface LocalSender {
  /** Where mails are posted to. */
  readonly mailsUrl: string;
  close(): Promise<void>;
}

/** Who presses Ctrl-C waits for a delivery under way, but not for a server that is silent. */
const GRACE_MS = 3_000;

/** There are no such objects beside a folder. */
const NO_REFERENCES: ReferenceSource = {
  lookUp: async () => ({ found: false, why: 'no-such-kind' }),
};

function sourceOf(store: ProviderStore): ProviderSource {
  return {
    all: () => store.all(),
    get: (name) => store.provider(name),
    claimHolder: () => undefined,
    listen: ({ providerChanged, secretChanged }) =>
      store.listen({
        stored: ({ metadata }) => providerChanged(metadata.name),
        deleted: providerChanged,
        secretChanged,
        reloaded() {},
      }),
  };
}

async function createParent(folder: string): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new StartupError(`--data-dir: cannot create ${dirname(folder)} (${code})`);
  }
}

/**
 * Starts a sender for the providers of a folder, which the store knows by then. Rejects with
 * `StoreError` or `StartupError`, and leaves nothing behind.
 */
export async function startLocalSender(
  { bindAddress, dataFolder, credentialsNamespace }: LocalSenderOptions,
  providerStore: ProviderStore,
  registry: Registry,
): Promise<LocalSender> {
  requireLoopback(bindAddress);
  await createParent(dataFolder);
  const store = await openLmdbStore(dataFolder);
  const providers = sourceOf(providerStore);
  // What goes well is on the screen, or in the mailbox.
  const logger = createLogger('sender', 'error', process.stderr);
  const statuses = new SendStatusKeeper({
    writer: providerStore.sendStatusWriter,
    providers,
    clock: systemClock,
    logger,
    random: Math.random,
  });
  const metrics = createSenderMetrics(registry, providers);
  registerBacklogMetrics(registry, {
    readings: () => store.readings(),
    providers,
    clock: systemClock,
  });
  const sender = await createSender({
    store,
    providers,
    references: NO_REFERENCES,
    secrets: providerStore,
    credentialsNamespace,
    addressPolicy: createAddressPolicy({ allowLoopback: true }),
    observer: toAll([metrics, statuses]),
    logger,
    settings: { graceMs: GRACE_MS },
  });
  const limits = DEFAULT_SUBMISSION_LIMITS;
  const api = createApiServer({
    sender,
    providers,
    authenticate: loopbackAuthenticator,
    limits,
    logger,
  });
  const close = async () => {
    await Promise.all([api.close(), sender.close()]);
    await statuses.close();
  };
  try {
    const url = await listen(api, bindAddress, '--submit-bind-address');
    return { mailsUrl: `${url}/v1/mails`, close };
  } catch (error) {
    await close();
    throw error;
  }
}
