import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { followConnections } from './connections.ts';

export interface DrainTimes {
  /** How long new calls may still come: until whoever sends them has seen `/readyz`. */
  readonly delayMs: number;
  /** How long answers under way may take after that. */
  readonly graceMs: number;
}

/**
 * Ends a server without losing a call.
 *
 * Serving: nothing differs. Draining (`isDraining`, which readiness reports): it listens and serves on,
 * and each answer closes its connection, so that a client's next call goes elsewhere. Closing, after
 * the delay: no new connections, idle ones end, answers under way are finished. Closed: what is left
 * said nothing, or took longer than the grace.
 */
export class Drain {
  readonly #app: FastifyInstance;
  readonly #endConnections: () => void;
  #draining = false;

  /** Must be made before the server listens. */
  constructor(app: FastifyInstance) {
    this.#app = app;
    this.#endConnections = followConnections(app.server);
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Drains and closes; resolves when no connection is left. */
  async close({ delayMs, graceMs }: DrainTimes): Promise<void> {
    this.#draining = true;
    this.#app.server.prependListener('request', (_request, response) => {
      response.shouldKeepAlive = false;
    });
    await delay(delayMs);
    const force = setTimeout(this.#endConnections, graceMs);
    await this.#app.close();
    clearTimeout(force);
  }
}
