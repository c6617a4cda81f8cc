import type { AuthMethod } from '@mailprovider/provider/schema';
import { authReason } from './auth-reason.ts';
import type { Connection } from './connection.ts';
import type { EhloExtensions } from './ehlo.ts';
import { SessionFault } from './failure.ts';
import type { Reply } from './reply-parser.ts';
import { type Credentials, SASL_MECHANISMS, type SaslMechanism } from './sasl-mechanism.ts';
import type { SessionRecorder } from './session-recorder.ts';

const AUTHENTICATED = 235;
const CONTINUE = 334;

/**
 * Authenticates with a single AUTH (RFC 4954): by `authMethod` where there is one, else by the
 * first mechanism spoken that the server offers. The caller sees to it that the connection may
 * carry a password.
 */
export async function authenticate(
  connection: Connection,
  login: { readonly credentials: Credentials; readonly authMethod: AuthMethod | undefined },
  extensions: EhloExtensions,
  recorder: SessionRecorder,
): Promise<void> {
  const mechanism = chooseMechanism(extensions.get('AUTH'), login.authMethod);
  const reply = await exchange(connection, mechanism, login.credentials, recorder);
  if (reply.code === CONTINUE) await cancel(connection);
  if (reply.code !== AUTHENTICATED) throw refusal(reply);
  connection.requireQuiet();
}

function chooseMechanism(
  offered: readonly string[] | undefined,
  authMethod: AuthMethod | undefined,
): SaslMechanism {
  if (offered === undefined) throw new SessionFault('AuthNotOffered');
  const names = new Set(offered.map((name) => name.toUpperCase()));
  const chosen = SASL_MECHANISMS.find(
    (mechanism) =>
      names.has(mechanism.name) &&
      (authMethod === undefined || authMethod === mechanism.name) &&
      mechanism.isAvailable(),
  );
  if (chosen === undefined) throw new SessionFault('AuthMechanismUnsupported');
  return chosen;
}

/** Says what the mechanism has to say, and returns the reply to the last of it. */
async function exchange(
  connection: Connection,
  { name, initialResponse, answers }: SaslMechanism,
  credentials: Credentials,
  recorder: SessionRecorder,
): Promise<Reply> {
  const command = ['AUTH', name];
  if (initialResponse !== undefined) {
    command.push(initialResponse(credentials));
    recorder.note({ loginAttempted: true });
  }
  let reply = await connection.command(command.join(' '));
  for (const answer of answers) {
    if (reply.code !== CONTINUE) throw refusal(reply);
    const response = answer(credentials, reply.lines.join('\n'));
    if (response === undefined) return reply;
    recorder.note({ loginAttempted: true });
    reply = await connection.command(response);
  }
  return reply;
}

/** Ends an exchange that the server would continue (RFC 4954 section 4); its answer changes nothing. */
async function cancel(connection: Connection): Promise<void> {
  try {
    await connection.command('*');
  } catch (cause) {
    if (!(cause instanceof SessionFault)) throw cause;
  }
}

function refusal(reply: Reply): SessionFault {
  return new SessionFault(authReason(reply), reply.code);
}
