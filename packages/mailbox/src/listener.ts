import { once } from 'node:events';
import type { Server, Socket } from 'node:net';

/** A listening server together with every connection it has. */
export interface Listener {
  readonly port: number;
  /** Stops to listen and ends every connection at once. */
  close(): Promise<void>;
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reason =
    error.code === 'EADDRINUSE' ? `port ${port} is in use; choose another` : error.message;
  return new Error(`the mailbox cannot listen on ${host}: ${reason}`, { cause: error });
}

/** Lets `server` listen on `host` and `port`, 0 for any free one; rejects naming the port in use. */
export function listen(server: Server, host: string, port: number): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(listenFailure(error, host, port));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.removeListener('error', fail);
      resolve({ port: portOf(server), close: () => closeAll(server, sockets) });
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server.close(), 'close');
  for (const socket of sockets) socket.destroy();
  await closed;
}
