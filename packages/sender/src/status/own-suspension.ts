import { isDeepStrictEqual } from 'node:util';
import { kubernetesTime } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { targetOf } from '@mailprovider/provider/target';
import { validateSpec } from '@mailprovider/provider/validate';
import { suspends } from '@mailprovider/smtp/login/auth-suspension';
import { loginOf } from '@mailprovider/smtp/login/login';

interface Own {
  readonly record: AuthSuspension;
  /** When the login failed, or when we learnt of it. */
  readonly since: Date;
}

/**
 * The record of a failed login that stands in the status of a provider on our account. A field that
 * server-side apply leaves out is removed if nobody else applies it, so it is applied while it counts:
 * until its time is over, until the provider has another server, user name or version of its Secret,
 * until somebody else has written another, or until a login has succeeded.
 */
export class OwnSuspension {
  #own: Own | undefined;
  #written: { readonly attempt: string; readonly record: AuthSuspension | undefined } | undefined;

  /** A login failed. */
  failed(record: AuthSuspension, at: Date): void {
    this.#own = { record, since: at };
  }

  /** The record is of a login that is not tried any more. */
  outdated(): void {
    this.#own = undefined;
  }

  /** The record to apply to that provider. */
  over(provider: MailProvider, now: Date): AuthSuspension | undefined {
    this.#adopt(provider, now);
    if (this.#own !== undefined && !this.#counts(this.#own, provider, now)) this.#own = undefined;
    return this.#own?.record;
  }

  /** A status was stored, with this time of the last attempt. */
  written(record: AuthSuspension | undefined, lastSendAttempt: Date): void {
    this.#written = { attempt: kubernetesTime(lastSendAttempt), record };
  }

  /** What stands there at the first write may be of this process before a restart. */
  #adopt({ status }: MailProvider, now: Date): void {
    const stored = status?.authSuspension;
    if (this.#written !== undefined || this.#own !== undefined || stored === undefined) return;
    this.#own = { record: stored, since: now };
  }

  #counts({ record, since }: Own, { spec, status }: MailProvider, now: Date): boolean {
    if (!suspendsNow(record, spec, now)) return false;
    const lastSuccess = Date.parse(status?.lastHealthCheck ?? '');
    if (lastSuccess > since.getTime()) return false;
    const isSeen =
      this.#written?.record === record && this.#written.attempt === status?.lastSendAttempt;
    return !isSeen || isDeepStrictEqual(status?.authSuspension, record);
  }
}

/** Whether the record counts for a login that the provider may have; the Secret is not looked at. */
function suspendsNow(record: AuthSuspension, given: unknown, now: Date): boolean {
  const result = validateSpec(given);
  if (!result.valid) return false;
  const { spec } = result;
  const login = loginOf(targetOf(spec), spec.smtp.username ?? '', record.secretVersion);
  return suspends(record, login, now);
}
