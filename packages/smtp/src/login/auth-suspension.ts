import { kubernetesTime } from '@mailprovider/provider/conditions';
import type { SessionReason } from '@mailprovider/provider/reasons';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { SmtpFailure } from '../failure.ts';
import type { Login } from './login.ts';

/** Servers lock an account after a few wrong passwords: 24 a day are fewer than any lock counts. */
const REFUSED_MS = 3_600_000;
/** A login that failed for now is repeated after the time it has failed for, within these limits. */
const FAILED_MIN_MS = 30_000;
const FAILED_MAX_MS = 900_000;
/** By how much the clock of another replica may be ahead of ours. */
const SKEW_MAX_MS = 300_000;

const REFUSALS: ReadonlySet<SessionReason> = new Set([
  'AuthenticationFailed',
  'AuthMethodDisabled',
]);

/** Whether the record says that this login is not to be tried yet. */
export function suspends(record: AuthSuspension, login: Login, now: Date): boolean {
  return isActive(record, now) && isOf(record, login);
}

/** Whether the record speaks of this login. */
export function isOf(record: AuthSuspension, login: Login): boolean {
  return (
    record.target === login.target &&
    record.user === login.user &&
    record.secretVersion === login.secretVersion
  );
}

/**
 * Whether the time of the record is not over yet. One that ends later than any record written now
 * would was written by a clock that was wrong, and does not count.
 */
export function isActive({ until }: AuthSuspension, now: Date): boolean {
  const leftMs = Date.parse(until) - now.getTime();
  return leftMs > 0 && leftMs <= REFUSED_MS + SKEW_MAX_MS;
}

/**
 * The record of a login that failed.
 *
 * A refused one is not repeated for an hour. Any other failure, such as a limit of the server, is
 * repeated after as long as the provider has been unhealthy: 30 s at first, then in doubling
 * pauses, and at least every 15 min.
 */
export function suspensionAfter(
  { reason, code }: SmtpFailure,
  login: Login,
  now: Date,
  unhealthySince: Date,
): AuthSuspension {
  const lasted = now.getTime() - unhealthySince.getTime();
  const pauseMs = REFUSALS.has(reason)
    ? REFUSED_MS
    : Math.min(FAILED_MAX_MS, Math.max(FAILED_MIN_MS, lasted));
  const until = kubernetesTime(new Date(now.getTime() + pauseMs));
  return { ...login, until, reason, ...(code === undefined ? {} : { code }) };
}
