import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { HOST } from './control-plane-flags.ts';

/** A TCP port whose connections are passed on. */
export interface Balancer {
  readonly port: number;
  /** Stops to listen and ends every connection. */
  close(): Promise<void>;
}

/** Connects to one; resolves with undefined if it refuses. */
function dial(url: string): Promise<Socket | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

/** Connects to the first that does not refuse. */
async function dialFirst(urls: readonly string[]): Promise<Socket | undefined> {
  for (const url of urls) {
    const socket = await dial(url);
    if (socket !== undefined) return socket;
  }
  return undefined;
}

/** Passes on what `from` sends, and how it ends. */
function passOn(from: Socket, to: Socket): void {
  from.pipe(to);
  from.once('close', (hadError) => {
    if (hadError) to.resetAndDestroy();
  });
}

/**
 * Passes connections on to `targets()`, URLs of which each new connection takes the next; one that
 * refuses is passed over, and without any the connection is closed.
 *
 * A connection stays where it is, whatever becomes of the targets.
 */
export async function startBalancer(targets: () => readonly string[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  };
  let turn = 0;
  const inTurn = () => {
    const urls = targets();
    const first = urls.length === 0 ? 0 : turn % urls.length;
    turn += 1;
    return [...urls.slice(first), ...urls.slice(0, first)];
  };
  const server = createServer({ allowHalfOpen: true }, async (client) => {
    keep(client);
    const upstream = await dialFirst(inTurn());
    if (upstream === undefined || client.destroyed) {
      upstream?.destroy();
      client.destroy();
      return;
    }
    keep(upstream);
    passOn(client, upstream);
    passOn(upstream, client);
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
