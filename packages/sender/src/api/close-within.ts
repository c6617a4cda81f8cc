import type { FastifyInstance } from 'fastify';

/**
 * Once a server closes, lets answers under way end and close their connections, and ends all other
 * connections: those that were never used too, which a server leaves open. What is left after the
 * grace is ended as well.
 */
export function closeWithin(app: FastifyInstance, graceMs: number): void {
  let underWay = 0;
  let closing = false;
  let grace: NodeJS.Timeout | undefined;
  const endIfIdle = () => {
    if (closing && underWay === 0) app.server.closeAllConnections();
  };
  app.addHook('onRequest', (_request, reply, done) => {
    underWay += 1;
    // There is no onResponse for a caller that went away.
    reply.raw.once('close', () => {
      underWay -= 1;
      endIfIdle();
    });
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('preClose', (done) => {
    closing = true;
    grace = setTimeout(() => app.server.closeAllConnections(), graceMs);
    setImmediate(endIfIdle);
    done();
  });
  app.addHook('onClose', async () => clearTimeout(grace));
}
