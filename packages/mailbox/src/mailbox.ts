import type { Server } from 'node:net';
import { type Listener, listen } from './listener.ts';
import { createMessageServer } from './message-server.ts';
import { MessageStore } from './message-store.ts';
import { type Credentials, createSmtpServer, createSmtpsServer } from './smtp-server.ts';

export type { Credentials } from './smtp-server.ts';

export interface MailboxOptions {
  /** Address that all three servers listen on. */
  readonly host: string;
  /** Port of plain SMTP with STARTTLS; 0 for any free one, as with the others. */
  readonly smtpPort: number;
  /** Port of SMTP over implicit TLS. */
  readonly smtpsPort: number;
  readonly httpPort: number;
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string };
  /** The only pair that AUTH takes. */
  readonly credentials: Credentials;
}

/** A running mailbox. */
export interface Mailbox {
  readonly smtpPort: number;
  readonly smtpsPort: number;
  /** GET answers with the received messages, oldest first, as a JSON list of ReceivedMessage. */
  readonly url: string;
  /** Stops to listen and ends every connection at once. */
  close(): Promise<void>;
}

function messagesUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/messages`;
}

async function closeEach(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.close()));
}

/**
 * Starts an SMTP server for development that delivers nothing and keeps what it receives: the
 * newest 1,000 messages of at most 10 MiB each.
 *
 * Rejects, with nothing left open, if it cannot listen on a port.
 */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const store = new MessageStore();
  const { certificate, credentials } = options;
  const smtp = { certificate, credentials, received: store.add.bind(store) };
  const listeners: Listener[] = [];
  const open = async (server: Server, port: number): Promise<number> => {
    const listener = await listen(server, options.host, port);
    listeners.push(listener);
    return listener.port;
  };
  try {
    const smtpPort = await open(createSmtpServer(smtp), options.smtpPort);
    const smtpsPort = await open(createSmtpsServer(smtp), options.smtpsPort);
    const httpPort = await open(createMessageServer(store), options.httpPort);
    const url = messagesUrl(options.host, httpPort);
    return { smtpPort, smtpsPort, url, close: () => closeEach(listeners) };
  } catch (error) {
    await closeEach(listeners);
    throw error;
  }
}
