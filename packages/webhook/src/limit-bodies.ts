import type { FastifyInstance } from 'fastify';
import { HttpError } from './http-error.ts';

/** Nine of the largest reviews there are may be held at once. */
const ALL_BODIES_LIMIT = 64 * 1024 * 1024;
/** Nearly every review is smaller, and not worth counting: a thousand of them are 64 MiB. */
const SMALL_BODY = 64 * 1024;

/**
 * Bounds what the bodies of all requests take together: one that would exceed it gets 503, which the
 * API server repeats, since it comes with `Retry-After`. Compressed bodies get 415.
 */
export function limitBodies(app: FastifyInstance, bodyLimit: number): void {
  let held = 0;
  app.addHook('onRequest', (request, reply, done) => {
    const { 'content-length': length, 'content-encoding': encoding } = request.headers;
    if (encoding !== undefined) {
      done(new HttpError(415));
      return;
    }
    // A body that does not say how long it is may be as long as one may be.
    const bytes = Math.min(bodyLimit, Number(length ?? bodyLimit));
    if (bytes <= SMALL_BODY) {
      done();
      return;
    }
    if (held + bytes > ALL_BODIES_LIMIT) {
      done(new HttpError(503));
      return;
    }
    held += bytes;
    reply.raw.once('close', () => {
      held -= bytes;
    });
    done();
  });
}
