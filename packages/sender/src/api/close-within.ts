import type { FastifyInstance } from 'fastify';

/**
 * Lets the answers that are under way when the server closes end their connections, and ends those
 * that are left after a grace.
 */
export function closeWithin(app: FastifyInstance, graceMs: number): void {
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('preClose', async () => {
    closing = true;
    timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}
