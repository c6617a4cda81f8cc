import type { SessionReason } from '@mailprovider/provider/reasons';
import type { Connection } from './connection.ts';
import type { EhloExtensions } from './ehlo.ts';
import { SERVICE_CLOSING, SessionFault } from './failure.ts';
import type { Reply } from './reply-parser.ts';
import type { SessionRecorder } from './session-recorder.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Sends the whole exchange of one mechanism and returns the reply that decides it. */
type Exchange = (
  connection: Connection,
  credentials: Credentials,
  recorder: SessionRecorder,
) => Promise<Reply>;

/** The mechanisms spoken, the preferred first. */
const EXCHANGES: ReadonlyMap<string, Exchange> = new Map([
  ['PLAIN', plain],
  ['LOGIN', login],
]);

const AUTHENTICATED = 235;
const CONTINUE = 334;

/** Replies whose enhanced status says more than their code. */
const REASON_OF_STATUS: ReadonlyMap<string, SessionReason> = new Map([
  ['432 4.7.12', 'AuthMethodDisabled'],
  ['535 5.7.139', 'AuthMethodDisabled'],
  ['550 5.7.30', 'AuthMethodDisabled'],
]);
/** RFC 4954 section 6, and what Gmail (454, 534) and Exchange Online (432) mean by these codes. */
const REASON_OF_CODE: ReadonlyMap<number, SessionReason> = new Map([
  [SERVICE_CLOSING, 'ServiceUnavailable'],
  [432, 'AuthThrottled'],
  [454, 'AuthThrottled'],
  [504, 'AuthMechanismUnsupported'],
  [534, 'AuthMethodDisabled'],
  [538, 'AuthMethodDisabled'],
]);

/**
 * Authenticates by the first of PLAIN and LOGIN that the server offers, with a single attempt
 * (RFC 4954). The caller sees to it that the connection may carry a password.
 */
export async function authenticate(
  connection: Connection,
  credentials: Credentials,
  extensions: EhloExtensions,
  recorder: SessionRecorder,
): Promise<void> {
  const exchange = chooseExchange(extensions.get('AUTH'));
  const reply = await exchange(connection, credentials, recorder);
  if (reply.code !== AUTHENTICATED) throw authFault(reply);
  connection.requireQuiet();
}

function chooseExchange(offered: readonly string[] | undefined): Exchange {
  if (offered === undefined) throw new SessionFault('AuthNotOffered');
  const names = new Set(offered.map((name) => name.toUpperCase()));
  for (const [name, exchange] of EXCHANGES) {
    if (names.has(name)) return exchange;
  }
  throw new SessionFault('AuthMechanismUnsupported');
}

/** RFC 4616: one message, sent with the command. */
function plain(
  connection: Connection,
  { username, password }: Credentials,
  recorder: SessionRecorder,
): Promise<Reply> {
  recorder.note({ loginAttempted: true });
  return connection.command(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`);
}

/** Two questions, whatever their wording: the user name, then the password. */
async function login(
  connection: Connection,
  { username, password }: Credentials,
  recorder: SessionRecorder,
): Promise<Reply> {
  let reply = await connection.command('AUTH LOGIN');
  for (const answer of [username, password]) {
    if (reply.code !== CONTINUE) throw authFault(reply);
    recorder.note({ loginAttempted: true });
    reply = await connection.command(base64(answer));
  }
  return reply;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function authFault(reply: Reply): SessionFault {
  return new SessionFault(authReason(reply), reply.code);
}

/** The reason of a reply that did not authenticate, or asked for more than the mechanism has. */
export function authReason({ code, enhancedStatus }: Reply): SessionReason {
  if (code < 400) return 'ProtocolError';
  const known = REASON_OF_STATUS.get(`${code} ${enhancedStatus}`) ?? REASON_OF_CODE.get(code);
  return known ?? (code < 500 ? 'ServiceUnavailable' : 'AuthenticationFailed');
}
