import { type Clock, withDeadline } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { type Target, targetOf } from '@mailprovider/provider/target';
import {
  type Credentials,
  openSession,
  type SessionDeps,
  SmtpError,
  type SmtpFailure,
  type SmtpSession,
} from '@mailprovider/smtp';
import { untilAborted } from '@mailprovider/smtp/abort';
import { suspensionAfter } from '@mailprovider/smtp/login/auth-suspension';
import {
  type CredentialsDeps,
  type LoadedCredentials,
  loadCredentials,
} from '@mailprovider/smtp/login/load-credentials';
import { type Login, loginOf } from '@mailprovider/smtp/login/login';
import { type EndTurn, LoginTurns } from '@mailprovider/smtp/login/login-turns';
import { SuspendedLogins } from '@mailprovider/smtp/login/suspended-logins';
import type { SenderSettings } from '../settings.ts';
import { NoSession } from './no-session.ts';
import { unhealthySince } from './unhealthy-since.ts';

export interface SessionOpenerDeps extends CredentialsDeps {
  readonly resolver: SessionDeps['resolver'];
  readonly addressPolicy: SessionDeps['addressPolicy'];
  readonly clock: Clock;
  readonly settings: Pick<SenderSettings, 'openTimeoutMs' | 'timeLimits'>;
}

interface KnownLogin {
  readonly login: Login;
  readonly credentials: Credentials;
}

/**
 * Opens sessions for deliveries, of all providers: an account that several of them use is one account,
 * and a login that failed, here or in a health check, is not repeated before its time.
 */
export class SessionOpener {
  readonly #deps: SessionOpenerDeps;
  readonly #suspended = new SuspendedLogins();
  readonly #turns: LoginTurns;

  constructor(deps: SessionOpenerDeps) {
    this.#deps = deps;
    this.#turns = new LoginTurns(() => deps.clock.monotonicMs());
  }

  /** Rejects with `NoSession`, or with the signal's reason when it aborts. */
  async open(
    provider: MailProvider,
    spec: MailProviderSpec,
    signal: AbortSignal,
  ): Promise<SmtpSession> {
    const { clock, settings } = this.#deps;
    const stored = provider.status?.authSuspension;
    if (stored !== undefined) this.#suspended.note(stored, clock.now());
    const target = targetOf(spec);
    return withDeadline(signal, settings.openTimeoutMs, async (limit) => {
      const loaded = await this.#load(spec, limit).catch(() => {
        signal.throwIfAborted();
        throw new NoSession({ reason: 'CredentialsUnavailable' });
      });
      const known = loginTo(target, loaded);
      this.#requireDue(known?.login);
      return this.#tryToOpen({ provider, target, known }, limit);
    });
  }

  /** Rejects when the Secret's state cannot be told in time. */
  #load(spec: MailProviderSpec, signal: AbortSignal): Promise<LoadedCredentials> {
    return untilAborted(signal, loadCredentials(spec, this.#deps));
  }

  async #tryToOpen(
    {
      provider,
      target,
      known,
    }: {
      readonly provider: MailProvider;
      readonly target: Target;
      readonly known: KnownLogin | undefined;
    },
    signal: AbortSignal,
  ): Promise<SmtpSession> {
    const { resolver, addressPolicy, clock, settings } = this.#deps;
    let endTurn: EndTurn | undefined;
    let worked = false;
    const beforeLogin = async () => {
      if (known === undefined) return;
      endTurn = await this.#turns.take(known.login, signal);
      this.#requireDue(known.login);
    };
    const monotonicMs = () => clock.monotonicMs();
    const { timeLimits } = settings;
    const deps = { resolver, addressPolicy, monotonicMs, signal, timeLimits, beforeLogin };
    try {
      const session = await openSession(target, known?.credentials, deps);
      worked = true;
      return session;
    } catch (error) {
      if (!(error instanceof SmtpError)) throw error;
      const { failure, trace } = error;
      if (known === undefined || !trace.loginAttempted) throw new NoSession(failure);
      throw this.#failedLogin(provider, known.login, failure);
    } finally {
      endTurn?.(worked);
    }
  }

  /** Notes the failure before the next one in turn asks. */
  #failedLogin(provider: MailProvider, login: Login, failure: SmtpFailure): NoSession {
    const now = this.#deps.clock.now();
    const record = suspensionAfter(failure, login, now, unhealthySince(provider) ?? now);
    this.#suspended.note(record, now);
    return new NoSession(failure, record);
  }

  #requireDue(login: Login | undefined): void {
    const record = login && this.#suspended.find(login, this.#deps.clock.now());
    if (record === undefined) return;
    const { reason, code } = record;
    throw new NoSession({ stage: 'auth', reason, ...(code === undefined ? {} : { code }) });
  }
}

function loginTo(target: Target, loaded: LoadedCredentials): KnownLogin | undefined {
  switch (loaded.state) {
    case 'not-required':
      return undefined;
    case 'not-loaded':
      throw new NoSession({ reason: loaded.reason });
    case 'loaded': {
      const { credentials, secretVersion } = loaded;
      return { credentials, login: loginOf(target, credentials.username, secretVersion) };
    }
  }
}
