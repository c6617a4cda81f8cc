import type { RequestListener } from 'node:http';
import { Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { CertificateSource } from '@mailprovider/process/certificates/certificate-source';
import {
  followCertificate,
  tlsOptions,
} from '@mailprovider/process/certificates/follow-certificate';
import type { FastifyServerFactory } from 'fastify';
import { CONNECTION_TIMEOUTS } from './connection-timeouts.ts';

/** Clients give a handshake 10 s. */
const HANDSHAKE_MS = 10_000;

/** Ends with all connections also those whose handshake is unfinished, which Node's own leaves open. */
class HttpsServer extends Server {
  readonly #sockets = new Set<Socket>();

  constructor(options: ServerOptions, listener: RequestListener) {
    super(options, listener);
    this.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    // Node's own listener leaves it to be answered in HTTP, which waits for a handshake for ever.
    this.removeAllListeners('tlsClientError');
    this.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Makes HTTPS servers that serve the certificate there is, and each later one to new connections. */
export function httpsServerFactory(
  certificates: CertificateSource,
  handshakeTimeout = HANDSHAKE_MS,
): FastifyServerFactory {
  return (handler) => {
    const certificate = tlsOptions(certificates.current());
    const options = { ...certificate, ...CONNECTION_TIMEOUTS, handshakeTimeout };
    const server = new HttpsServer(options, handler);
    server.once('close', followCertificate(server, certificates));
    return server;
  };
}
