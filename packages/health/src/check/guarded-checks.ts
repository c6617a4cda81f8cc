import type { Clock } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { untilAborted } from '@mailprovider/smtp/abort';
import type { Login } from '@mailprovider/smtp/login/login';
import { type EndTurn, LoginTurns } from '@mailprovider/smtp/login/login-turns';
import { SuspendedLogins } from '@mailprovider/smtp/login/suspended-logins';
import { type CheckDeps, checkProvider } from './check-provider.ts';
import type { CheckResult } from './check-result.ts';

/** What a check found out, when, and how long it took. */
export interface Finding {
  readonly result: CheckResult;
  readonly at: Date;
  readonly seconds: number;
}

/** Whether a login was tried, and is not to be repeated at once. */
export function hasFailedLogin({ result }: Finding): boolean {
  if (result.kind !== 'probed' || result.probe.healthy) return false;
  return result.probe.trace.loginAttempted;
}

/** Is told what a check found out, also of one that was ended; returns the record that follows. */
type Found = (finding: Finding) => AuthSuspension | undefined;

/** Checks providers, and sees to it that none of them tries a login more often than it should. */
export class GuardedChecks {
  readonly #check: CheckDeps;
  readonly #clock: Clock;
  readonly #suspended = new SuspendedLogins();
  readonly #turns: LoginTurns;
  readonly #underWay = new Map<AbortController, Promise<unknown>>();

  constructor(check: CheckDeps, clock: Clock) {
    this.#check = check;
    this.#clock = clock;
    this.#turns = new LoginTurns(() => clock.monotonicMs());
  }

  /** Learns of a stored record. */
  note(record: AuthSuspension | undefined): void {
    if (record !== undefined) this.#suspended.note(record, this.#clock.now());
  }

  /**
   * Checks one provider; rejects as soon as the signal aborts. A login that has begun by then goes on
   * to its end all the same: the server counts it, so its answer is to be known before the next one.
   */
  async run(provider: MailProvider, signal: AbortSignal, found: Found): Promise<Finding> {
    const end = new AbortController();
    let endTurn: EndTurn | undefined;
    const turnOf = async (login: Login, limit: AbortSignal) => {
      endTurn = await this.#turns.take(login, limit);
    };
    const abort = () => {
      if (endTurn === undefined) end.abort(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    let worked = false;
    const work = this.#run(provider, { signal: end.signal, turnOf })
      .then((finding) => {
        this.note(found(finding));
        worked = finding.result.kind === 'probed' && finding.result.probe.healthy;
        return finding;
      })
      .finally(() => {
        signal.removeEventListener('abort', abort);
        this.#underWay.delete(end);
        endTurn?.(worked);
      });
    this.#underWay.set(end, work);
    return untilAborted(signal, work);
  }

  /** Ends what is under way, logins too. */
  async close(): Promise<void> {
    for (const end of this.#underWay.keys()) end.abort();
    await Promise.allSettled(this.#underWay.values());
  }

  async #run(
    provider: MailProvider,
    limits: {
      readonly signal: AbortSignal;
      turnOf(login: Login, limit: AbortSignal): Promise<void>;
    },
  ): Promise<Finding> {
    const begin = this.#clock.monotonicMs();
    const suspensionOf = (login: Login) => this.#suspended.find(login, this.#clock.now());
    const result = await checkProvider(provider, this.#check, { ...limits, suspensionOf });
    const seconds = (this.#clock.monotonicMs() - begin) / 1000;
    return { result, at: this.#clock.now(), seconds };
  }
}
