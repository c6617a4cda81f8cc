import type { Clock, Logger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { Login } from './check/auth-suspension.ts';
import { type CheckDeps, checkProvider } from './check/check-provider.ts';
import type { CheckResult } from './check/check-result.ts';
import { SuspendedLogins } from './check/suspended-logins.ts';
import type { EventRecorder } from './events/event-recorder.ts';
import { eventsOf } from './events/status-events.ts';
import type { HealthMetrics } from './metrics/check-metrics.ts';
import type { StatusWriter } from './ports.ts';
import { type Intervals, nextDelayMs, retryDelayMs } from './schedule.ts';
import { deriveStatus, type HealthStatus } from './status/derive-status.ts';
import { logFields } from './status/log-fields.ts';
import { shows, showsConditions, withStatus } from './status/stored-status.ts';
import { passwordSecretOf, probeRequestOf, sameGeneration } from './triggers.ts';
import { WorkQueue } from './work-queue.ts';

export interface EngineDeps {
  readonly check: CheckDeps;
  readonly statusWriter: StatusWriter;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly metrics: HealthMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervals: Intervals;
  /** How many providers are checked at once. */
  readonly concurrency: number;
  /** A number from [0, 1), as `Math.random`. */
  random(): number;
}

/** A start spreads its first checks over 1 s for each 1,000 providers. */
const SPREAD_MS_PER_PROVIDER = 1;

/**
 * Keeps every provider it is told of checked and its status true.
 *
 * A provider is checked when it is new, when its generation, its Secret or the request for a probe
 * changes, and when the time of its last result is over. Own status writes come back as changes of
 * nothing else and cause nothing. A change of what is being checked ends the check, and its result
 * is dropped: the newer one is in the queue already. A status that somebody else wrote over ours,
 * such as a leader that was stopped and does not know yet that it was replaced, is corrected after
 * the unhealthy interval: two that write are then no faster than that.
 */
export class HealthEngine {
  readonly #deps: EngineDeps;
  readonly #providers = new Map<string, MailProvider>();
  /** The results that the stored status is to show. */
  readonly #results = new Map<string, HealthStatus>();
  /** Checks in a row that could not be done. */
  readonly #failures = new Map<string, number>();
  readonly #running = new Map<string, AbortController>();
  readonly #suspended = new SuspendedLogins();
  readonly #queue: WorkQueue;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.#queue = new WorkQueue({
      concurrency: deps.concurrency,
      clock: deps.clock,
      work: (name, leavePlace) => this.#reconcile(name, leavePlace),
    });
  }

  /** All providers there are. */
  replaced(providers: readonly MailProvider[]): void {
    const names = new Set(providers.map(({ metadata }) => metadata.name));
    for (const name of [...this.#providers.keys()]) {
      if (!names.has(name)) this.deleted(name);
    }
    const spreadMs = providers.length * SPREAD_MS_PER_PROVIDER;
    for (const provider of providers) this.#accept(provider, this.#deps.random() * spreadMs);
  }

  /** A provider that is new or has changed. */
  stored(provider: MailProvider): void {
    this.#accept(provider, 0);
  }

  deleted(name: string): void {
    this.#providers.delete(name);
    this.#results.delete(name);
    this.#failures.delete(name);
    this.#queue.remove(name);
    this.#running.get(name)?.abort();
    this.#deps.metrics.removed(name);
  }

  /** A Secret of the credentials namespace was created, changed or deleted. */
  secretChanged(secretName: string): void {
    for (const [name, provider] of this.#providers) {
      if (passwordSecretOf(provider) === secretName) this.#checkAnew(name, 0);
    }
  }

  /** Ends running checks without a result and starts no other; its metrics go. */
  async close(): Promise<void> {
    const closed = this.#queue.close();
    for (const run of this.#running.values()) run.abort();
    await closed;
    for (const name of this.#providers.keys()) this.#deps.metrics.removed(name);
  }

  #accept(provider: MailProvider, delayMs: number): void {
    const { name } = provider.metadata;
    const known = this.#providers.get(name);
    this.#providers.set(name, provider);
    const suspension = provider.status?.authSuspension;
    if (suspension !== undefined) this.#suspended.note(suspension, this.#deps.clock.now());
    if (known === undefined || !sameGeneration(known, provider)) {
      this.#results.delete(name);
      this.#checkAnew(name, delayMs);
      return;
    }
    if (probeRequestOf(known) !== probeRequestOf(provider)) this.#queue.add(name);
    const result = this.#results.get(name);
    if (result !== undefined && !showsConditions(provider.status, result)) {
      this.#queue.addAfter(name, this.#deps.intervals.unhealthyMs);
    }
  }

  /** A check under way looks at what is no longer so. */
  #checkAnew(name: string, delayMs: number): void {
    this.#running.get(name)?.abort();
    if (delayMs === 0) this.#queue.add(name);
    else this.#queue.addAfter(name, delayMs);
  }

  async #reconcile(name: string, leavePlace: () => void): Promise<void> {
    const provider = this.#providers.get(name);
    if (provider === undefined) return;
    const run = new AbortController();
    this.#running.set(name, run);
    try {
      await this.#check(provider, run.signal, leavePlace);
    } catch (error) {
      if (!run.signal.aborted) this.#retry(name, error);
    } finally {
      this.#running.delete(name);
    }
  }

  async #check(provider: MailProvider, signal: AbortSignal, leavePlace: () => void): Promise<void> {
    const { clock, check, intervals, random } = this.#deps;
    const { name } = provider.metadata;
    const begin = clock.monotonicMs();
    const suspensionOf = (login: Login) => this.#suspended.find(login, clock.now());
    const result = await checkProvider(provider, check, { signal, suspensionOf });
    // What is stored waits for the API server; the next probe need not.
    leavePlace();
    const seconds = (clock.monotonicMs() - begin) / 1000;
    const now = clock.now();
    const current = this.#currentOf(provider);
    const status = deriveStatus(current ?? provider, result, now);
    // Also of a result that is dropped: the login was tried.
    if (status.authSuspension !== undefined) this.#suspended.note(status.authSuspension, now);
    if (current === undefined) return;
    this.#report(name, result, status, seconds);
    await this.#store(current, result, status);
    this.#failures.delete(name);
    const delayMs = nextDelayMs(result, intervals, random());
    if (delayMs !== undefined) this.#queue.addAfter(name, delayMs);
  }

  /** The provider as it is known now, if it is still the same generation of the same object. */
  #currentOf(provider: MailProvider): MailProvider | undefined {
    const current = this.#providers.get(provider.metadata.name);
    return current !== undefined && sameGeneration(current, provider) ? current : undefined;
  }

  #retry(name: string, error: unknown): void {
    if (!this.#providers.has(name)) return;
    const { logger, metrics, intervals } = this.#deps;
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    metrics.notDone(name);
    logger.error({ provider: name, err: error }, 'mailprovider health check could not be done');
    this.#queue.addAfter(name, retryDelayMs(failures, intervals));
  }

  async #store(provider: MailProvider, result: CheckResult, status: HealthStatus): Promise<void> {
    const { statusWriter, events } = this.#deps;
    this.#results.set(provider.metadata.name, status);
    if (shows(provider.status, status)) return;
    await statusWriter.write(provider, status);
    for (const event of eventsOf(provider.status?.conditions, status.conditions, result)) {
      events.record(provider, event);
    }
    // The watch tells it too, but maybe only after the next check.
    const current = this.#currentOf(provider);
    if (current === undefined) return;
    this.#providers.set(provider.metadata.name, withStatus(current, status));
  }

  #report(name: string, result: CheckResult, status: HealthStatus, seconds: number): void {
    const { metrics, logger, clock } = this.#deps;
    metrics.checked(name, result, { seconds, at: clock.now(), status });
    logger.info(logFields(name, result, status, seconds), 'mailprovider health check');
  }
}
