import type { Target } from '@mailprovider/provider/target';
import { onAbort, untilAborted } from './abort.ts';
import { authenticate } from './auth.ts';
import { Connection } from './connection.ts';
import { dial, type SessionDeps } from './dial.ts';
import { readGreeting, sayHello } from './ehlo.ts';
import type { Credentials } from './sasl-mechanism.ts';
import { createSession, type SmtpSession } from './session.ts';
import { SessionRecorder } from './session-recorder.ts';
import { startTls, wantsStartTls } from './starttls.ts';
import { secure } from './tls.ts';
import { RFC_TIME_LIMITS } from './transaction/time-limits.ts';

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
  const recorder = new SessionRecorder(deps.monotonicMs);
  const connection = new Connection(await dial(target, deps, recorder), deps.monotonicMs);
  const stopListening = onAbort(deps.signal, (cause) => connection.destroy(cause));
  try {
    return await establish(connection, { target, credentials, deps, recorder });
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    stopListening();
  }
}

interface Opening {
  readonly target: Target;
  readonly credentials: Credentials | undefined;
  readonly deps: SessionDeps;
  readonly recorder: SessionRecorder;
}

async function establish(
  connection: Connection,
  { target, credentials, deps, recorder }: Opening,
): Promise<SmtpSession> {
  const { tlsMode, ehloName, authMethod } = target;
  const anonymous = credentials === undefined;
  const heloSuffices = anonymous && tlsMode !== 'starttls';
  const hello = () => sayHello(connection, { ehloName, heloSuffices });

  if (tlsMode === 'implicit') {
    await recorder.during('tls', () => secure(connection, target, recorder));
  }
  await recorder.during('greeting', () => readGreeting(connection));
  let extensions = await recorder.during('ehlo', hello);
  if (wantsStartTls(tlsMode, { extensions, mayStayPlain: anonymous })) {
    await recorder.during('starttls', () => startTls(connection, target, extensions, recorder));
    extensions = await recorder.during('ehlo', hello);
  }
  if (!anonymous) {
    await recorder.during('auth', async () => {
      if (deps.beforeLogin) await untilAborted(deps.signal, deps.beforeLogin());
      await authenticate(connection, { credentials, authMethod }, extensions, recorder);
    });
  }
  return createSession(connection, {
    extensions,
    trace: recorder.trace,
    timeLimits: deps.timeLimits ?? RFC_TIME_LIMITS,
  });
}
