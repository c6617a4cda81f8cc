import type { Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { ReceivedMessage } from './message-store.ts';

/** The size that large providers commonly take, after which a client hears 552. */
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface SmtpServerOptions {
  readonly certificate: { readonly certificatePem: string; readonly keyPem: string };
  /** The only pair that AUTH takes. */
  readonly credentials: Credentials;
  readonly received: (message: ReceivedMessage) => void;
}

function receivedMessage(raw: Buffer, session: SMTPServerSession): ReceivedMessage {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    envelope: {
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
    },
    raw: raw.toString('utf8'),
    receivedAt: new Date().toISOString(),
    tls: session.secure,
    ...(typeof session.user === 'string' ? { authenticatedAs: session.user } : {}),
  };
}

function authentication({
  username,
  password,
}: Credentials): NonNullable<SMTPServerOptions['onAuth']> {
  return (auth, _session, callback) => {
    const accepted = auth.username === username && auth.password === password;
    callback(null, accepted ? { user: username } : { responseCode: 535 });
  };
}

function reception(
  received: SmtpServerOptions['received'],
): NonNullable<SMTPServerOptions['onData']> {
  return (stream, session, callback) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      if (stream.sizeExceeded) chunks.length = 0;
      else chunks.push(chunk);
    });
    stream.on('end', () => {
      if (!stream.sizeExceeded) received(receivedMessage(Buffer.concat(chunks), session));
      callback();
    });
  };
}

function createProtocol(options: SmtpServerOptions, implicitTls: boolean): SMTPServer {
  const protocol = new SMTPServer({
    cert: options.certificate.certificatePem,
    key: options.certificate.keyPem,
    secure: implicitTls,
    authMethods: ['PLAIN', 'LOGIN'],
    authOptional: true,
    allowInsecureAuth: true,
    size: MAX_MESSAGE_BYTES,
    rejectOversized: true,
    maxAllowedUnauthenticatedCommands: false,
    disableReverseLookup: true,
    logger: false,
    onAuth: authentication(options.credentials),
    onData: reception(options.received),
  });
  // A broken connection or a refused handshake ends with its connection; without a listener it
  // would end the process.
  protocol.on('error', () => undefined);
  return protocol;
}

/** An SMTP server that offers STARTTLS and AUTH PLAIN and LOGIN, and requires nothing. */
export function createSmtpServer(options: SmtpServerOptions): Server {
  return createProtocol(options, false).server;
}

/**
 * The same over TLS from the first byte (RFC 8314).
 *
 * Node does the TLS: smtp-server's own handshake does not survive that its connection is closed.
 */
export function createSmtpsServer(options: SmtpServerOptions): Server {
  const { certificatePem: cert, keyPem: key } = options.certificate;
  const protocol = createProtocol(options, true);
  return createTlsServer({ cert, key }, (socket) => protocol.connect(socket));
}
