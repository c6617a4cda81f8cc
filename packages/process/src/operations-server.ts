import { type FastifyInstance, fastify } from 'fastify';
import type { Registry } from 'prom-client';

export interface OperationsDeps {
  readonly registry: Registry;
  /** Whether the process can do its work now. */
  isReady(): boolean;
}

/**
 * The plain HTTP server that people and the kubelet look at: `/livez` (answers while the process
 * does), `/readyz` (503 until it can do its work) and `/metrics`.
 */
export function createOperationsServer(deps: OperationsDeps): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  app.get('/livez', () => 'ok\n');
  app.get('/readyz', (_request, reply) =>
    deps.isReady() ? 'ok\n' : reply.code(503).send('not ready\n'),
  );
  app.get('/metrics', async (_request, reply) => {
    reply.type(deps.registry.contentType);
    return deps.registry.metrics();
  });
  return app;
}
