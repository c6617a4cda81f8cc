import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { createSmtpServer } from '@mailprovider/mailbox/smtp-server';
import { z } from 'zod';
import { SmtpDialogue } from './smtp-dialogue.ts';

/**
 * Kinds of servers: `smtp-server` is the package of that name, which waits 100 ms before it greets;
 * `prompt` greets at once; `silent` accepts and says nothing.
 */
export const serverOptionsSchema = z.object({
  kind: z.enum(['smtp-server', 'prompt', 'silent']),
  certificate: z.object({ certificatePem: z.string(), keyPem: z.string() }),
  credentials: z.object({ username: z.string(), password: z.string() }),
});
export type ServerOptions = z.output<typeof serverOptionsSchema>;

export interface ListeningServer {
  readonly port: number;
  /** Connections that are open now. */
  openSockets(): number;
}

function createPrompt({ certificate, credentials }: ServerOptions): Server {
  const { certificatePem: cert, keyPem: key } = certificate;
  const secureContext = createSecureContext({ cert, key });
  return createServer({ noDelay: true }, (socket) => {
    new SmtpDialogue(socket, { secureContext, credentials });
  });
}

function createSilent(): Server {
  return createServer((socket) => {
    // Reading is what notices that the client left.
    socket.on('error', () => socket.destroy()).resume();
  });
}

function create(options: ServerOptions): Server {
  switch (options.kind) {
    case 'smtp-server':
      return createSmtpServer({ ...options, received: () => undefined });
    case 'prompt':
      return createPrompt(options);
    case 'silent':
      return createSilent();
  }
}

/** Listens on a free port of 127.0.0.1. */
export async function startServer(options: ServerOptions): Promise<ListeningServer> {
  const server = create(options);
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  // More than all clients of a benchmark connect with at once.
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  return {
    port: address.port,
    openSockets: () => open.size,
  };
}
