import type { Connection } from './connection.ts';
import type { EhloExtensions } from './ehlo.ts';
import type { SessionTrace, TlsFacts } from './session-trace.ts';

/** An open session; end it with `quit` or `close`. */
export interface SmtpSession {
  /** How opening it went. */
  readonly trace: SessionTrace;
  /** Facts of the TLS layer, absent on a plain connection. */
  readonly tls: TlsFacts | undefined;
  /** What the server's last EHLO reply offered. */
  readonly extensions: EhloExtensions;
  /** Says QUIT, waits at most 1 s for the answer and closes; never rejects. */
  quit(): Promise<void>;
  /** Closes at once. */
  close(): void;
}

/** A server that works answers QUIT in one round trip; nothing depends on the answer. */
const QUIT_LIMIT_MS = 1_000;

export function createSession(
  connection: Connection,
  extensions: EhloExtensions,
  trace: SessionTrace,
): SmtpSession {
  return {
    trace,
    tls: trace.tls,
    extensions,
    quit: () => quit(connection),
    close: () => connection.destroy(),
  };
}

async function quit(connection: Connection): Promise<void> {
  const limit = setTimeout(() => connection.destroy(), QUIT_LIMIT_MS);
  await connection.command('QUIT').catch(() => undefined);
  clearTimeout(limit);
  connection.destroy();
}
