import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { withDeadline } from '@mailprovider/process';
import { Connections } from './connections.ts';

export interface DrainTimes {
  /** How long new calls may still come: until whoever sends them has seen `/readyz`. */
  readonly delayMs: number;
  /** How long answers under way may take after that. */
  readonly graceMs: number;
}

function closeConnectionAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false;
}

/**
 * Ends an HTTPS server without losing a call.
 *
 * Serving: nothing differs. Draining (`isDraining`, which readiness reports): the server listens and
 * serves on, and each answer closes its connection, so that a client's next call goes elsewhere.
 * Closing, after the delay: no new connections, idle ones end, answers under way are finished.
 * Closed: what is left said nothing, or took longer than the grace.
 */
export class Drain {
  readonly #server: Server;
  readonly #connections: Connections;
  #draining = false;

  constructor(server: Server) {
    this.#server = server;
    this.#connections = new Connections(server);
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Drains and closes; resolves when no connection is left. */
  async close({ delayMs, graceMs }: DrainTimes): Promise<void> {
    this.#draining = true;
    for (const response of this.#connections.answersUnderWay()) closeConnectionAfter(response);
    this.#server.prependListener('request', (_request, response) => closeConnectionAfter(response));
    await delay(delayMs);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await withDeadline(undefined, graceMs, async (signal) => {
      const answers = this.#connections.answersUnderWay();
      await Promise.allSettled(answers.map((response) => once(response, 'close', { signal })));
    }).catch(() => undefined);
    this.#connections.destroy();
    await closed;
  }
}
