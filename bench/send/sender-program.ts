import process from 'node:process';
import { createLogger, systemClock } from '@mailprovider/process';
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
import type { SecretReader } from '@mailprovider/provider/secret-reader';
import { loopbackAuthenticator } from '@mailprovider/sender/api/loopback-only';
import { createApiServer } from '@mailprovider/sender/api/server';
import { createSender } from '@mailprovider/sender/create-sender';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import type { ProviderSource } from '@mailprovider/sender/ports';
import { openLmdbStore } from '@mailprovider/sender/store/lmdb-mail-store';
import { createAddressPolicy } from '@mailprovider/smtp';
import { z } from 'zod';
import { assist } from '../measure/assist.ts';
import {
  type BenchProvider,
  benchProviderSchema,
  mailProviderOf,
  secretDataOf,
} from './bench-provider.ts';

const taskSchema = z.object({
  /** Holds nothing yet. */
  folder: z.string(),
  providers: z.array(benchProviderSchema),
});

/** Providers that never change. */
function fixedProviders(providers: readonly BenchProvider[]): ProviderSource {
  const stored = new Map(providers.map((provider) => [provider.name, mailProviderOf(provider)]));
  return {
    all: () => [...stored.values()],
    get: (name) => stored.get(name),
    claimHolder: () => undefined,
    listen: () => () => undefined,
  };
}

function fixedSecrets(providers: readonly BenchProvider[]): SecretReader {
  return {
    async read(name) {
      const provider = providers.find((candidate) => candidate.name === name);
      if (provider === undefined) return { found: false, why: 'missing' };
      const data = secretDataOf(provider);
      const secret = { type: 'Opaque', data, annotations: {}, resourceVersion: '1' };
      return { found: true, secret };
    },
  };
}

/** Starts the sender and its API as a process of the sender does; returns where it listens. */
async function start({ folder, providers }: z.output<typeof taskSchema>): Promise<string> {
  const logger = createLogger('sender', 'info', process.stdout);
  const sender = await createSender({
    store: await openLmdbStore(folder),
    providers: fixedProviders(providers),
    references: { lookUp: async () => ({ found: false, why: 'no-such-kind' }) },
    secrets: fixedSecrets(providers),
    credentialsNamespace: DEFAULT_CREDENTIALS_NAMESPACE,
    addressPolicy: createAddressPolicy({ allowLoopback: true }),
    observer: { accepted() {}, refused() {}, attempted() {}, ended() {} },
    logger,
    clock: systemClock,
  });
  const limits = DEFAULT_SUBMISSION_LIMITS;
  const api = createApiServer({ sender, authenticate: loopbackAuthenticator, limits, logger });
  return api.listen({ host: '127.0.0.1', port: 0 });
}

assist(async (task) => ({ url: await start(taskSchema.parse(task)) }));
