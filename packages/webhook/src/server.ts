import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { BindAddress } from '@mailprovider/process';
import type { ServingCertificate } from '@mailprovider/process/certificates/certificate-source';
import { tlsOptions } from '@mailprovider/process/certificates/follow-certificate';
import {
  createMutateHandler,
  createValidateHandler,
  type ValidateHandlerDeps,
} from './admission/handlers.ts';
import type { JsonPatch } from './admission/json-patch.ts';
import type { AdmissionRequest } from './admission/review.ts';
import type { WebhookMetrics } from './metrics.ts';
import { createReviewListener } from './review-listener.ts';

/** The API server closes idle connections after 90 s; ending them sooner would race with its next call. */
const KEEP_ALIVE_MS = 95_000;
/** The API server waits 30 s at most (`timeoutSeconds`), so a request that takes longer has no reader. */
const REQUEST_MS = 32_000;
/** Go clients give a handshake 10 s. */
const HANDSHAKE_MS = 10_000;
/** How often connections are looked through for those that take too long. */
const TIMEOUT_CHECK_MS = 5_000;

export interface WebhookServerDeps extends ValidateHandlerDeps {
  readonly certificate: ServingCertificate;
  mutate(request: AdmissionRequest): JsonPatch;
  readonly metrics: Pick<WebhookMetrics, 'started' | 'answered'>;
  /** Told of errors that are ours. */
  failed(error: unknown): void;
}

/** The HTTPS server of the webhooks; `/validate` and `/mutate` take the API server's `?timeout=5s`. */
export interface WebhookServer {
  readonly server: Server;
  /** Resolves with the URL; rejects with the system's error. */
  listen(address: BindAddress): Promise<string>;
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listens on no TCP port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `https://${host}:${address.port}`;
}

export function createWebhookServer(deps: WebhookServerDeps): WebhookServer {
  const { certificate, metrics, failed } = deps;
  const handlers = {
    validate: createValidateHandler(deps),
    mutate: createMutateHandler((request) => deps.mutate(request)),
  };
  const server = createServer(
    {
      ...tlsOptions(certificate),
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      handshakeTimeout: HANDSHAKE_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    createReviewListener({ handlers, metrics, failed }),
  );
  return {
    server,
    async listen(address) {
      server.listen(address);
      await once(server, 'listening');
      return urlOf(server);
    },
  };
}
