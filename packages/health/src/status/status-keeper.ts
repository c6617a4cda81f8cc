import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { CheckResult } from '../check/check-result.ts';
import type { EventRecorder } from '../events/event-recorder.ts';
import { eventsOf } from '../events/status-events.ts';
import type { StatusWriter } from '../ports.ts';
import type { HealthStatus } from './derive-status.ts';
import { shows, showsConditions } from './stored-status.ts';

export interface StatusKeeperDeps {
  readonly statusWriter: StatusWriter;
  readonly events: Pick<EventRecorder, 'record'>;
}

/** Stores what checks find out, tells what changed by it, and remembers what is to stand there. */
export class StatusKeeper {
  readonly #deps: StatusKeeperDeps;
  readonly #kept = new Map<string, HealthStatus>();

  constructor(deps: StatusKeeperDeps) {
    this.#deps = deps;
  }

  forget(name: string): void {
    this.#kept.delete(name);
  }

  /** Whether somebody else wrote over what is to stand there. */
  isOverwritten({ metadata, status }: MailProvider): boolean {
    const kept = this.#kept.get(metadata.name);
    return kept !== undefined && !showsConditions(status, kept);
  }

  /**
   * Stores the status that follows from a result, if anything differs. The signal aborts when the
   * result is outdated; the write then rejects if it has not begun.
   */
  async store(
    provider: MailProvider,
    result: CheckResult,
    status: HealthStatus,
    signal: AbortSignal,
  ): Promise<void> {
    const { statusWriter, events } = this.#deps;
    this.#kept.set(provider.metadata.name, status);
    if (shows(provider.status, status)) return;
    await statusWriter.write(provider, status, signal);
    for (const event of eventsOf(provider.status?.conditions, status.conditions, result)) {
      events.record(provider, event);
    }
  }
}
