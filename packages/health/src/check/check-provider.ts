import { withDeadline } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { type Target, targetOf } from '@mailprovider/provider/target';
import { validateSpec } from '@mailprovider/provider/validate';
import { type Credentials, openSession, type SessionDeps, SmtpError } from '@mailprovider/smtp';
import {
  type CredentialsDeps,
  type LoadedCredentials,
  loadCredentials,
} from '@mailprovider/smtp/login/load-credentials';
import { type Login, loginOf } from '@mailprovider/smtp/login/login';
import type {
  CheckResult,
  LoginFinding,
  PasswordFinding,
  ProbeFinding,
  ServerCheckResult,
} from './check-result.ts';

export interface CheckDeps extends CredentialsDeps, Omit<SessionDeps, 'signal' | 'beforeLogin'> {
  /** The limit of one probe, from name lookup to the answer to AUTH. */
  readonly timeoutMs: number;
}

/** A check that others may end, and that leaves out a login which is not to be tried yet. */
export interface CheckLimits {
  readonly signal: AbortSignal;
  /** The record that suspends a login, if one does. */
  suspensionOf(login: Login): AuthSuspension | undefined;
  /** Waits until this login may be tried, if others try it too; default: at once. */
  turnOf?(login: Login, signal: AbortSignal): Promise<void>;
}

/** The login is not to be tried; maybe since the session began. */
class LoginSuspended extends Error {
  override readonly name = 'LoginSuspended';
  readonly record: AuthSuspension;

  constructor(record: AuthSuspension) {
    super('the login is suspended');
    this.record = record;
  }
}

/**
 * Checks one provider: its spec (it may have been admitted without the webhook), its password, and
 * the server itself.
 *
 * Rejects when the Secret's state cannot be told, or with the signal's reason when it aborts.
 */
export async function checkProvider(
  provider: MailProvider,
  deps: CheckDeps,
  limits: CheckLimits,
): Promise<CheckResult> {
  const result = validateSpec(provider.spec);
  if (!result.valid) return { kind: 'invalid', errors: result.errors };
  if (result.spec.disabled) return { kind: 'disabled' };
  return checkServer(result.spec, deps, limits);
}

/** Checks password and server of a valid spec, disabled or not. */
export async function checkServer(
  spec: MailProviderSpec,
  deps: CheckDeps,
  limits: CheckLimits,
): Promise<ServerCheckResult> {
  const loaded = await loadCredentials(spec, deps);
  if (loaded.state === 'not-loaded') return { kind: 'password-not-loaded', password: loaded };
  const target = targetOf(spec);
  const probed = { kind: 'probed', target, password: passwordFinding(loaded) } as const;
  return withDeadline(limits.signal, deps.timeoutMs, async (signal) => {
    const within = { ...deps, signal };
    if (loaded.state === 'not-required') {
      return { ...probed, probe: await probeServer(target, undefined, within) };
    }
    const { credentials, secretVersion } = loaded;
    const login = loginOf(target, credentials.username, secretVersion);
    return { ...probed, ...(await probeLogin(target, { login, credentials }, within, limits)) };
  });
}

/** What is told of the password, which is not the password. */
function passwordFinding(
  loaded: Exclude<LoadedCredentials, { state: 'not-loaded' }>,
): Exclude<PasswordFinding, { state: 'not-loaded' }> {
  if (loaded.state === 'not-required') return loaded;
  const { state, ref, trimmed } = loaded;
  return { state, ref, trimmed };
}

/** Probes with the login, or without it where it is suspended. */
async function probeLogin(
  target: Target,
  { login, credentials }: { readonly login: Login; readonly credentials: Credentials },
  deps: SessionDeps,
  { suspensionOf, turnOf }: CheckLimits,
): Promise<{ readonly login: LoginFinding; readonly probe: ProbeFinding }> {
  const mustBeDue = () => {
    const record = suspensionOf(login);
    if (record !== undefined) throw new LoginSuspended(record);
  };
  const beforeLogin = async () => {
    await turnOf?.(login, deps.signal);
    mustBeDue();
  };
  try {
    mustBeDue();
    const probe = await probeServer(target, credentials, { ...deps, beforeLogin });
    return { login: { state: 'due', login }, probe };
  } catch (error) {
    if (!(error instanceof LoginSuspended)) throw error;
    const { record } = error;
    return {
      login: { state: 'suspended', record },
      probe: await probeWithoutLogin(target, record, deps),
    };
  }
}

async function probeServer(
  target: Target,
  credentials: Credentials | undefined,
  deps: SessionDeps,
): Promise<ProbeFinding> {
  try {
    const session = await openSession(target, credentials, deps);
    await session.quit();
    return { healthy: true, trace: session.trace };
  } catch (error) {
    if (!(error instanceof SmtpError)) throw error;
    return { healthy: false, failure: error.failure, trace: error.trace };
  }
}

/** Finds out whether the server is there, and says of the login what was found before. */
async function probeWithoutLogin(
  target: Target,
  { reason, code }: AuthSuspension,
  deps: SessionDeps,
): Promise<ProbeFinding> {
  const found = await probeServer(target, undefined, deps);
  if (!found.healthy) return found;
  const failure = { stage: 'auth', reason, permanent: true } as const;
  const { trace } = found;
  return {
    healthy: false,
    failure: { ...failure, ...(code === undefined ? {} : { code }) },
    trace,
  };
}
