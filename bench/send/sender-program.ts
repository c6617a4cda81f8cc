import { createLogger, createRegistry, type Logger, systemClock } from '@mailprovider/process';
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
import type { SecretReader } from '@mailprovider/provider/secret-reader';
import { loopbackAuthenticator } from '@mailprovider/sender/api/loopback-only';
import { createApiServer } from '@mailprovider/sender/api/server';
import { createSender } from '@mailprovider/sender/create-sender';
import { createAttemptLog } from '@mailprovider/sender/log/attempt-log';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import { createSenderMetrics } from '@mailprovider/sender/metrics/sender-metrics';
import { type SenderObserver, toAll } from '@mailprovider/sender/observer';
import type { ProviderSource } from '@mailprovider/sender/ports';
import { SendStatusKeeper } from '@mailprovider/sender/status/send-status-keeper';
import { createAddressPolicy } from '@mailprovider/smtp';
import { z } from 'zod';
import { assist } from '../measure/assist.ts';
import {
  type BenchProvider,
  benchProviderSchema,
  mailProviderOf,
  secretDataOf,
} from './bench-provider.ts';
import { engineSchema } from './engine.ts';
import { openStore } from './open-store.ts';

const taskSchema = z.object({
  engine: engineSchema,
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

/** What the sender has told of its mails, but for a cluster that stores the status of providers. */
function observerOf(providers: ProviderSource, logger: Logger): SenderObserver {
  const clock = systemClock;
  const writer = { write: async () => undefined };
  return toAll([
    createSenderMetrics(createRegistry(), providers),
    createAttemptLog(logger),
    new SendStatusKeeper({ writer, providers, clock, logger, random: Math.random }),
  ]);
}

/** Starts the sender and its API as a process of the sender does; returns where it listens. */
async function start(task: z.output<typeof taskSchema>): Promise<string> {
  const logger = createLogger('sender', 'info');
  const providers = fixedProviders(task.providers);
  const sender = await createSender({
    store: await openStore(task.engine, logger),
    providers,
    references: { lookUp: async () => ({ found: false, why: 'no-such-kind' }) },
    secrets: fixedSecrets(task.providers),
    credentialsNamespace: DEFAULT_CREDENTIALS_NAMESPACE,
    addressPolicy: createAddressPolicy({ allowLoopback: true }),
    observer: observerOf(providers, logger),
    logger,
  });
  const limits = DEFAULT_SUBMISSION_LIMITS;
  const api = createApiServer({
    sender,
    providers,
    authenticate: loopbackAuthenticator,
    limits,
    logger,
  });
  return api.listen({ host: '127.0.0.1', port: 0 });
}

assist(async (task) => ({ url: await start(taskSchema.parse(task)) }));
