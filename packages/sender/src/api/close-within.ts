import type { FastifyInstance } from 'fastify';

/** Lets answers under way close their connections once the server closes, and ends what is left after a grace. */
export function closeWithin(app: FastifyInstance, graceMs: number): void {
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    closing = true;
    timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  });
  app.addHook('onClose', async () => clearTimeout(timer));
}
