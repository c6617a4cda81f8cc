import { createAuthority } from '@mailprovider/pki';
import { mutate } from '@mailprovider/webhook/admission/mutate';
import { validate } from '@mailprovider/webhook/admission/validate';
import { createWebhookMetrics } from '@mailprovider/webhook/metrics';
import { createWebhookServer, type WebhookServerDeps } from '@mailprovider/webhook/server';
import { Registry } from 'prom-client';
import type { Test } from 'tap';
import { webhookClient } from './webhook-client.ts';

const now = new Date();
const { certificatePem, keyPem } = createAuthority({ commonName: 'test', validDays: 1, now });
export const context = { credentialsNamespace: 'mail' };

type Choices = Partial<Pick<WebhookServerDeps, 'validate' | 'maxConcurrentReviews'>>;

async function unreachable(): Promise<never> {
  throw new Error('connect ECONNREFUSED 10.0.0.1:443');
}

const validateDeps = { context, claimDefault: unreachable, judgeFallbacks: unreachable };

/** A listening webhook server, and a client of it; the test decides what it knows. */
export async function startServer(t: Test, choices: Choices = {}) {
  const failures: unknown[] = [];
  const failed = (error: unknown) => failures.push(error);
  const registry = new Registry();
  const webhook = createWebhookServer({
    certificate: { cert: certificatePem, key: keyPem },
    maxConcurrentReviews: 100,
    metrics: createWebhookMetrics(registry),
    validate: (request) => validate(request, validateDeps),
    judged: () => {},
    mutate: (request) => mutate(request, context),
    failed,
    ...choices,
  });
  const url = await webhook.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => {
    webhook.server.close();
    webhook.server.closeAllConnections();
  });
  return { server: webhook.server, url, registry, failures, ...webhookClient(t, url) };
}
