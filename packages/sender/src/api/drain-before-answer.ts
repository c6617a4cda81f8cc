import { finished } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/**
 * Takes in, and drops, what is still sent of a request before it is answered. Where the connection
 * ends with the answer (`Connection: close`), who still sends finds it broken and does not read why.
 */
export function drainBeforeAnswer(app: FastifyInstance): void {
  app.addHook('onSend', ({ raw }, _reply, payload, done) => {
    if (raw.readableEnded) {
      done(null, payload);
      return;
    }
    // Also when the caller went away, or took longer than a request may take.
    finished(raw.resume(), { writable: false }, () => done(null, payload));
  });
}
