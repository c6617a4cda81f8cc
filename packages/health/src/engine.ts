import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Logger } from '@mailprovider/process';
import { conditionOf } from '@mailprovider/provider/conditions';
import { fieldsAt } from '@mailprovider/provider/fields';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { type CheckDeps, checkProvider } from './check.ts';
import type { CheckResult } from './check-result.ts';
import { deriveStatus, type HealthStatus } from './derive-status.ts';
import type { HealthMetrics } from './metrics.ts';
import type { StatusWriter } from './ports.ts';
import { type Intervals, nextDelayMs, retryDelayMs } from './schedule.ts';
import { WorkQueue } from './work-queue.ts';

export interface EngineDeps {
  readonly check: CheckDeps;
  readonly statusWriter: StatusWriter;
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

function sameGeneration(a: MailProvider, b: MailProvider): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.generation === b.metadata.generation;
}

/** Whether the stored conditions say the same; those of other types are not ours. */
function sameConditions(stored: MailProvider['status'], { conditions }: HealthStatus): boolean {
  return conditions.every((condition) =>
    isDeepStrictEqual(conditionOf(stored?.conditions, condition.type), condition),
  );
}

function sameStatus(stored: MailProvider['status'], status: HealthStatus): boolean {
  return (
    stored?.observedGeneration === status.observedGeneration &&
    stored.lastHealthCheck === status.lastHealthCheck &&
    sameConditions(stored, status)
  );
}

function secretNameOf(provider: MailProvider): unknown {
  return fieldsAt(fieldsAt(provider.spec, 'smtp'), 'passwordRef')['name'];
}

/**
 * Keeps every provider it is told of checked and its status true.
 *
 * A provider is checked when it is new, when its generation or its Secret changes, and when the
 * time of its last result is over. Own status writes come back as changes without a new generation
 * and cause nothing. A result for a generation that is no longer current is dropped: the newer one
 * is in the queue already. A status that somebody else wrote over ours, such as a leader that was
 * stopped and does not know yet that it was replaced, is corrected after the unhealthy interval: two
 * that write are then no faster than that.
 */
export class HealthEngine {
  readonly #deps: EngineDeps;
  readonly #providers = new Map<string, MailProvider>();
  /** The results that the stored status is to show. */
  readonly #results = new Map<string, HealthStatus>();
  /** Checks in a row that could not be done. */
  readonly #failures = new Map<string, number>();
  readonly #queue: WorkQueue;
  readonly #stop = new AbortController();

  constructor(deps: EngineDeps) {
    this.#deps = deps;
    // Each running check listens.
    setMaxListeners(0, this.#stop.signal);
    this.#queue = new WorkQueue({
      concurrency: deps.concurrency,
      clock: deps.clock,
      work: (name) => this.#reconcile(name),
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
    this.#deps.metrics.removed(name);
  }

  /** A Secret of the credentials namespace was created, changed or deleted. */
  secretChanged(secretName: string): void {
    for (const [name, provider] of this.#providers) {
      if (secretNameOf(provider) === secretName) this.#queue.add(name);
    }
  }

  /** Ends running checks without a result and starts no other; its metrics go. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#queue.close();
    for (const name of this.#providers.keys()) this.#deps.metrics.removed(name);
  }

  #accept(provider: MailProvider, delayMs: number): void {
    const { name } = provider.metadata;
    const known = this.#providers.get(name);
    this.#providers.set(name, provider);
    if (known === undefined || !sameGeneration(known, provider)) {
      this.#results.delete(name);
      if (delayMs === 0) this.#queue.add(name);
      else this.#queue.addAfter(name, delayMs);
      return;
    }
    const result = this.#results.get(name);
    if (result !== undefined && !sameConditions(provider.status, result)) {
      this.#queue.addAfter(name, this.#deps.intervals.unhealthyMs);
    }
  }

  async #reconcile(name: string): Promise<void> {
    const provider = this.#providers.get(name);
    if (provider === undefined) return;
    const { clock, metrics, intervals, random } = this.#deps;
    try {
      const begin = clock.monotonicMs();
      const result = await checkProvider(provider, this.#deps.check, this.#stop.signal);
      const current = this.#providers.get(name);
      if (current === undefined || !sameGeneration(current, provider)) return;
      const seconds = (clock.monotonicMs() - begin) / 1000;
      metrics.checked(name, result, seconds);
      const status = deriveStatus(current, result, clock.now());
      this.#log(name, result, status, seconds);
      await this.#write(current, status);
      this.#failures.delete(name);
      const delayMs = nextDelayMs(result, intervals, random());
      if (delayMs !== undefined) this.#queue.addAfter(name, delayMs);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#retry(name, error);
    }
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

  async #write(provider: MailProvider, status: HealthStatus): Promise<void> {
    this.#results.set(provider.metadata.name, status);
    if (sameStatus(provider.status, status)) return;
    await this.#deps.statusWriter.write(provider, status);
    // The watch tells it too, but maybe only after the next check.
    const { name } = provider.metadata;
    const current = this.#providers.get(name);
    if (current === undefined || !sameGeneration(current, provider)) return;
    this.#providers.set(name, { ...current, status: { ...current.status, ...status } });
  }

  #log(name: string, result: CheckResult, status: HealthStatus, seconds: number): void {
    const [ready, healthy] = status.conditions;
    this.#deps.logger.info(
      {
        provider: name,
        result: result.kind,
        ready: ready?.status,
        healthy: healthy?.status,
        reason: healthy?.reason,
        seconds: Number(seconds.toFixed(3)),
      },
      'mailprovider health check',
    );
  }
}
