import { accessSync, constants, readFileSync } from 'node:fs';
import {
  AuthorizationError,
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { JetStreamOptions } from './options.ts';
import { loginOf, withoutLogins } from './server-addresses.ts';

/** For the dial, the TLS handshake and the login. */
const CONNECT_MS = 5_000;
/** A server that answers no ping is given up after twice that. */
const PING_MS = 5_000;

/** Connects once. A connection that is lost later is made anew for ever. */
export function connectOnce(options: JetStreamOptions): Promise<NatsConnection> {
  return connect(connectionOptions(options));
}

/** Whether the server let nobody in by these credentials. */
export function isDenied(error: unknown): boolean {
  return (
    error instanceof AuthorizationError ||
    (error instanceof Error && error.cause instanceof AuthorizationError)
  );
}

/** What the system or TLS calls a failure, such as `ECONNREFUSED`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : systemCode(error.cause);
}

/** Names the first file of the options that cannot be read. */
export function unreadableFile({
  credentialsFile,
  tls = {},
}: JetStreamOptions): string | undefined {
  const files = { 'NATS credentials': credentialsFile, ...tlsFiles(tls) };
  for (const [what, file] of Object.entries(files)) {
    try {
      if (file !== undefined) accessSync(file, constants.R_OK);
    } catch {
      return `the file of ${what} ${file} cannot be read`;
    }
  }
  return undefined;
}

function tlsFiles({ caFile, certFile, keyFile }: NonNullable<JetStreamOptions['tls']>) {
  return {
    'the authority of NATS': caFile,
    'the certificate for NATS': certFile,
    'the private key for NATS': keyFile,
  };
}

function connectionOptions({ servers, credentialsFile, tls }: JetStreamOptions): ConnectionOptions {
  const isEncrypted = tls !== undefined || servers.some((server) => server.startsWith('tls://'));
  return {
    name: 'mailprovider-sender',
    servers: [...withoutLogins(servers)],
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxReconnectAttempts: -1,
    // From 0.1 to 1 s, so that the clients of a server that restarts do not come all at once.
    reconnectDelayHandler: () => 100 + Math.random() * 900,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
    ...loginOf(servers),
    ...(isEncrypted && { tls: { ...tls } }),
    // Read for each connection, since credentials are renewed.
    ...(credentialsFile !== undefined && {
      authenticator: credsAuthenticator(() => readFileSync(credentialsFile)),
    }),
  };
}
