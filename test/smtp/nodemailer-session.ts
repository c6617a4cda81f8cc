import type { Credentials } from '@mailprovider/smtp';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Mode } from './behaviour.ts';

export interface NodemailerAttempt {
  readonly port: number;
  readonly tlsMode: Mode;
  readonly credentials: Credentials;
  readonly certificateAuthority: string;
  /** Of each of the client's own timers. */
  readonly limitMs: number;
}

/** What nodemailer says of a failure: the command it stopped at, `CONN` for many of them. */
interface NodemailerFault {
  readonly command?: string | undefined;
}

/**
 * Opens a session by nodemailer's client as `openSession` would.
 *
 * Returns the command it failed at, `open` if it did not, or `CONN` where it cannot tell.
 */
export async function nodemailerEnding(attempt: NodemailerAttempt): Promise<string> {
  const { port, tlsMode, credentials, certificateAuthority, limitMs } = attempt;
  const connection = new SMTPConnection({
    host: '127.0.0.1',
    port,
    name: '[127.0.0.1]',
    servername: 'mail.example',
    secure: tlsMode === 'implicit',
    requireTLS: tlsMode === 'starttls',
    ignoreTLS: tlsMode === 'none',
    tls: { ca: certificateAuthority, minVersion: 'TLSv1.2' },
    connectionTimeout: limitMs,
    greetingTimeout: limitMs,
    socketTimeout: limitMs,
    socketCloseTimeout: 0,
  });
  const failed = new Promise<NodemailerFault>((resolve) => connection.once('error', resolve));
  const opened = new Promise<NodemailerFault | null>((resolve) => {
    connection.connect((fault) => {
      if (fault !== undefined) return resolve(fault);
      connection.login({ user: credentials.username, pass: credentials.password }, resolve);
    });
  });
  const fault = await Promise.race([failed, opened]);
  connection.close();
  return fault === null ? 'open' : (fault.command ?? 'CONN');
}
