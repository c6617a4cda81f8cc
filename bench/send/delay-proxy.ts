import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { DelayLine } from './delay-line.ts';

export interface DelayOptions {
  /** Of the server on 127.0.0.1. */
  readonly port: number;
  /** What a byte and its answer take together, in ms. */
  readonly roundTripMs: number;
}

/** SYN, SYN and ACK, ACK: a server hears of a connection after three ways, the client after two. */
const ROUND_TRIPS_TO_ACCEPT = 1.5;

function join(client: Socket, { port, roundTripMs }: DelayOptions): void {
  const server = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    new DelayLine(to, roundTripMs / 2).carry(from);
    // One that came to its end leaves the rest to the line.
    from.on('error', () => to.destroy());
  }
}

export interface DelayProxy {
  readonly port: number;
  /** Takes no more connections. */
  close(): void;
}

/**
 * Forwards connections to a server as if it were some way off; bandwidth stays as it is.
 *
 * Listens on a free port of 127.0.0.1.
 */
export async function startDelayProxy(options: DelayOptions): Promise<DelayProxy> {
  const settings = { noDelay: true, allowHalfOpen: true, pauseOnConnect: true };
  const proxy = createServer(settings, (client) => {
    client.on('error', () => client.destroy());
    setTimeout(() => {
      if (client.destroyed) return;
      join(client, options);
      client.resume();
    }, options.roundTripMs * ROUND_TRIPS_TO_ACCEPT);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  return { port: address.port, close: () => proxy.close() };
}
