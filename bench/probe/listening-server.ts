import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
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

/** More than all clients of a benchmark connect with at once. */
const BACKLOG = 4096;

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

/** Listens on a free port of 127.0.0.1, which it returns. */
export async function startServer(options: ServerOptions): Promise<number> {
  const server = create(options);
  server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listens on no port');
  return address.port;
}
