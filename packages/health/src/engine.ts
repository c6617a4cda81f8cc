import type { Clock, Logger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { passwordSecretOf } from '@mailprovider/provider/password-secret';
import type { CheckDeps } from './check/check-provider.ts';
import { type Finding, GuardedChecks, hasFailedLogin } from './check/guarded-checks.ts';
import type { HealthMetrics } from './metrics/check-metrics.ts';
import { type Intervals, nextDelayMs, retryDelayMs } from './schedule.ts';
import { deriveStatus, type HealthStatus } from './status/derive-status.ts';
import { logFields } from './status/log-fields.ts';
import { StatusKeeper, type StatusKeeperDeps } from './status/status-keeper.ts';
import { withStatus } from './status/stored-status.ts';
import { probeRequestOf, sameGeneration } from './triggers.ts';
import { WorkQueue } from './work-queue.ts';

export interface EngineDeps extends StatusKeeperDeps {
  readonly check: CheckDeps;
  readonly metrics: HealthMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervals: Intervals;
  /** How many providers are checked at once. */
  readonly concurrency: number;
  /** A number from [0, 1), as `Math.random`. */
  random(): number;
}

/** A start spreads its first checks over 0.5 s for each 1,000 providers. */
const SPREAD_MS_PER_PROVIDER = 0.5;
/**
 * How long a status may wait for checks that are to begin: at a start of many, what a check needs of
 * the API server comes first, since a server that is silent takes 10 s from then.
 */
const STORE_DELAY_MAX_MS = 2_000;

/**
 * Keeps every provider it is told of checked and its status true.
 *
 * A provider is checked when it is new, when its generation, its Secret or the request for a probe
 * changes, and when the time of its last result is over. Own status writes come back as changes of
 * nothing else and cause nothing. A change of what is being checked ends the check, apart from a
 * login that was begun, and its result is dropped: the newer one is in the queue already. A status
 * that somebody else wrote over ours, such as a leader that was stopped and does not know yet that
 * it was replaced, is corrected after the unhealthy interval: two that write are then no faster.
 */
export class HealthEngine {
  readonly #deps: EngineDeps;
  readonly #providers = new Map<string, MailProvider>();
  readonly #statuses: StatusKeeper;
  /** Checks in a row that could not be done. */
  readonly #failures = new Map<string, number>();
  readonly #running = new Map<string, AbortController>();
  /** What could not be stored yet; it is not found out again for that. */
  readonly #unwritten = new Map<string, Finding>();
  readonly #checks: GuardedChecks;
  readonly #queue: WorkQueue;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    this.#statuses = new StatusKeeper(deps);
    this.#checks = new GuardedChecks(deps.check, deps.clock);
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
    this.#statuses.forget(name);
    this.#failures.delete(name);
    this.#unwritten.delete(name);
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
    await Promise.all([closed, this.#checks.close()]);
    for (const name of this.#providers.keys()) this.#deps.metrics.removed(name);
  }

  #accept(provider: MailProvider, delayMs: number): void {
    const { name } = provider.metadata;
    const known = this.#providers.get(name);
    this.#providers.set(name, provider);
    this.#checks.note(provider.status?.authSuspension);
    if (known === undefined || !sameGeneration(known, provider)) {
      this.#statuses.forget(name);
      this.#checkAnew(name, delayMs);
      return;
    }
    if (probeRequestOf(known) !== probeRequestOf(provider)) {
      this.#unwritten.delete(name);
      this.#queue.add(name);
    }
    if (this.#statuses.isOverwritten(provider)) {
      this.#queue.addAfter(name, this.#deps.intervals.unhealthyMs);
    }
  }

  /** A check under way looks at what is no longer so. */
  #checkAnew(name: string, delayMs: number): void {
    this.#running.get(name)?.abort();
    this.#unwritten.delete(name);
    if (delayMs === 0) this.#queue.add(name);
    else this.#queue.addAfter(name, delayMs);
  }

  async #reconcile(name: string, leavePlace: () => void): Promise<void> {
    const provider = this.#providers.get(name);
    if (provider === undefined) return;
    const run = new AbortController();
    this.#running.set(name, run);
    try {
      const finding = this.#stillUnwritten(name) ?? (await this.#check(provider, run.signal));
      // What is stored waits for the API server; the next probe need not.
      leavePlace();
      await this.#conclude(provider, finding, run.signal);
    } catch (error) {
      if (!run.signal.aborted) this.#retry(name, error);
    } finally {
      this.#running.delete(name);
    }
  }

  /** What is still to be stored, until it is time to look again whether it is still so. */
  #stillUnwritten(name: string): Finding | undefined {
    const finding = this.#unwritten.get(name);
    if (finding === undefined) return undefined;
    const { clock, intervals, random } = this.#deps;
    const delayMs = nextDelayMs(finding.result, intervals, random());
    const ageMs = clock.now().getTime() - finding.at.getTime();
    return delayMs === undefined || ageMs < delayMs ? finding : undefined;
  }

  #check(provider: MailProvider, signal: AbortSignal): Promise<Finding> {
    return this.#checks.run(provider, signal, (finding) =>
      hasFailedLogin(finding)
        ? deriveStatus(this.#currentOf(provider) ?? provider, finding.result, finding.at)
            .authSuspension
        : undefined,
    );
  }

  /** Tells a finding and has it stored, and looks when to check again, unless it speaks of what is no longer so. */
  async #conclude(checked: MailProvider, finding: Finding, signal: AbortSignal): Promise<void> {
    // A restart repeats a failed login that is not stored.
    await this.#queue.begun(hasFailedLogin(finding) ? 0 : STORE_DELAY_MAX_MS, signal);
    const provider = this.#currentOf(checked);
    if (provider === undefined || signal.aborted) return;
    const { name } = provider.metadata;
    const { intervals, random } = this.#deps;
    const status = deriveStatus(provider, finding.result, finding.at);
    if (this.#unwritten.get(name) !== finding) this.#tell(name, finding, status);
    this.#unwritten.set(name, finding);
    await this.#statuses.store(provider, finding.result, status, signal);
    // The watch tells it too, but maybe only after the next check.
    const current = this.#currentOf(provider);
    if (current !== undefined) this.#providers.set(name, withStatus(current, status));
    if (this.#unwritten.get(name) === finding) this.#unwritten.delete(name);
    this.#failures.delete(name);
    const delayMs = nextDelayMs(finding.result, intervals, random());
    if (delayMs !== undefined) this.#queue.addAfter(name, delayMs);
  }

  #tell(name: string, { result, at, seconds }: Finding, status: HealthStatus): void {
    const { metrics, logger } = this.#deps;
    metrics.checked(name, result, { seconds, at, status });
    logger.info(logFields(name, result, status, seconds), 'mailprovider health check');
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
}
