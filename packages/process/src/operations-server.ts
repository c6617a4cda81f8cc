import { type FastifyInstance, fastify } from 'fastify';
import type { Registry } from 'prom-client';

export interface OperationsDeps {
  readonly registry: Registry;
  /** Whether the process can do its work now. */
  isReady(): boolean;
  /** Whether it will ever again, without being started anew; default: yes. */
  isAlive?(): boolean;
}

/**
 * The plain HTTP server that people and the kubelet look at: `/livez` (503 once
 * only a restart helps), `/readyz` (503 until it can do its work) and `/metrics`.
 */
export function createOperationsServer(deps: OperationsDeps): FastifyInstance {
  const { isAlive = () => true } = deps;
  const app = fastify({ forceCloseConnections: true });
  app.get('/livez', (_request, reply) =>
    isAlive() ? 'ok\n' : reply.code(503).send('needs a restart\n'),
  );
  app.get('/readyz', (_request, reply) =>
    deps.isReady() ? 'ok\n' : reply.code(503).send('not ready\n'),
  );
  app.get('/metrics', async (_request, reply) => {
    reply.type(deps.registry.contentType);
    return deps.registry.metrics();
  });
  return app;
}
