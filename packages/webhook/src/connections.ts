import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Follows the connections of an HTTPS server: which there are, and which of them have an answer
 * under way.
 *
 * The server's own `closeAllConnections` does not know those whose handshake is unfinished; a peer
 * that connects and says nothing would keep the process for two minutes. The last answer of each
 * connection is all that is noted, because this is done for each request.
 */
export class Connections {
  readonly #sockets = new Set<Socket>();
  readonly #lastAnswers = new Map<Socket, ServerResponse>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('secureConnection', (socket: Socket) => {
      socket.once('close', () => this.#lastAnswers.delete(socket));
    });
    // Before the server's own listener, so that the answer is known before it can be sent.
    server.prependListener('request', ({ socket }, response) => {
      this.#lastAnswers.set(socket, response);
    });
  }

  /** The answers that are not yet on their way as a whole. */
  answersUnderWay(): ServerResponse[] {
    return [...this.#lastAnswers.values()].filter(
      ({ writableFinished, destroyed }) => !writableFinished && !destroyed,
    );
  }

  /** Ends every connection at once. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
