import type { Target } from '@mailprovider/provider/target';
import { onAbort } from './abort.ts';
import { authenticate, type Credentials } from './auth.ts';
import { Connection } from './connection.ts';
import { dial, type SessionDeps } from './dial.ts';
import { readGreeting, sayHello } from './ehlo.ts';
import { during } from './failure.ts';
import { createSession, type SmtpSession } from './session.ts';
import { startTls } from './starttls.ts';
import { secure } from './tls.ts';

/**
 * Opens an SMTP session: DNS, connection, TLS, greeting, EHLO, STARTTLS, AUTH, as the target asks.
 *
 * Credentials go over TLS only, unless the target's mode is `none`. Throws `SmtpError`, or the
 * signal's own reason when it aborts for anything but a timeout; nothing stays open then. Once
 * open, the session no longer depends on the signal.
 */
export async function openSession(
  target: Target,
  credentials: Credentials | undefined,
  deps: SessionDeps,
): Promise<SmtpSession> {
  const connection = new Connection(await dial(target, deps));
  const stopListening = onAbort(deps.signal, (cause) => connection.destroy(cause));
  try {
    return await establish(connection, target, credentials);
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    stopListening();
  }
}

async function establish(
  connection: Connection,
  target: Target,
  credentials: Credentials | undefined,
): Promise<SmtpSession> {
  const anonymous = credentials === undefined;
  const hello = { heloSuffices: anonymous && target.tlsMode !== 'starttls' };

  const implicitTls =
    target.tlsMode === 'implicit'
      ? await during('tls', () => secure(connection, target))
      : undefined;
  await during('greeting', () => readGreeting(connection));
  let extensions = await during('ehlo', () => sayHello(connection, hello));

  const offer = { extensions, mayStayPlain: anonymous };
  const upgradedTls = await during('starttls', () => startTls(connection, target, offer));
  if (upgradedTls !== undefined) {
    extensions = await during('ehlo', () => sayHello(connection, hello));
  }

  if (!anonymous) await during('auth', () => authenticate(connection, credentials, extensions));
  await during(anonymous ? 'ehlo' : 'auth', () => connection.requireQuiet());
  return createSession(connection, implicitTls ?? upgradedTls, extensions);
}
