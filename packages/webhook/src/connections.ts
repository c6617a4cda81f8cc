import type { Server, Socket } from 'node:net';

/**
 * Follows every TCP connection of a server and returns a function that ends them all.
 *
 * An HTTPS server's own `closeAllConnections` does not know those whose handshake is unfinished; a
 * peer that connects and says nothing would keep the process for two minutes.
 */
export function followConnections(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
