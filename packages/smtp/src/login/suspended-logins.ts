import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { isActive, suspends } from './auth-suspension.ts';
import { keyOf, type Login } from './login.ts';

/** Ended records are few and do no harm; looking for them at each one would cost more. */
const CLEANING_INTERVAL_MS = 60_000;

/**
 * The logins that are not to be tried yet, of all providers: an account that several of them use is
 * one account, and a result that came too late to be written was a login all the same.
 */
export class SuspendedLogins {
  readonly #records = new Map<string, AuthSuspension>();
  #nextCleaning = 0;

  /** Learns of a record, stored or new; of two for one login that count the later end counts. */
  note(record: AuthSuspension, now: Date): void {
    this.#forgetEnded(now);
    if (!isActive(record, now)) return;
    const key = keyOf(record);
    const known = this.#records.get(key);
    const isLater = (other: AuthSuspension) => Date.parse(other.until) < Date.parse(record.until);
    if (known === undefined || !isActive(known, now) || isLater(known)) {
      this.#records.set(key, record);
    }
  }

  find(login: Login, now: Date): AuthSuspension | undefined {
    const record = this.#records.get(keyOf(login));
    return record !== undefined && suspends(record, login, now) ? record : undefined;
  }

  #forgetEnded(now: Date): void {
    if (now.getTime() < this.#nextCleaning) return;
    this.#nextCleaning = now.getTime() + CLEANING_INTERVAL_MS;
    for (const [key, record] of this.#records) {
      if (!isActive(record, now)) this.#records.delete(key);
    }
  }
}
