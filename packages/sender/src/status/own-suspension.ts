import { isDeepStrictEqual } from 'node:util';
import { kubernetesTime } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { isActive } from '@mailprovider/smtp/login/auth-suspension';

interface Own {
  readonly record: AuthSuspension;
  /** When the login failed, or when we learnt of it. */
  readonly since: Date;
}

/**
 * The record of a failed login that stands in the status of a provider on our account. A field that
 * server-side apply leaves out is removed if nobody else applies it, so it is applied while it counts:
 * until its time is over, until somebody else has written another, or until a login has succeeded.
 */
export class OwnSuspension {
  #own: Own | undefined;
  #written: { readonly attempt: string; readonly record: AuthSuspension | undefined } | undefined;

  /** A login failed. */
  failed(record: AuthSuspension, at: Date): void {
    this.#own = { record, since: at };
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

  #counts({ record, since }: Own, { status }: MailProvider, now: Date): boolean {
    if (!isActive(record, now)) return false;
    const lastSuccess = Date.parse(status?.lastHealthCheck ?? '');
    if (lastSuccess > since.getTime()) return false;
    const isSeen =
      this.#written?.record === record && this.#written.attempt === status?.lastSendAttempt;
    return !isSeen || isDeepStrictEqual(status?.authSuspension, record);
  }
}
