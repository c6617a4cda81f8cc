import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { CheckResult } from '../check/check-result.ts';
import type { EventRecorder } from '../events/event-recorder.ts';
import { eventsOf } from '../events/status-events.ts';
import type { StatusWriter } from '../ports.ts';
import { deriveStatus, type HealthStatus } from './derive-status.ts';
import { shows, showsConditions } from './stored-status.ts';

export interface StatusKeeperDeps {
  readonly statusWriter: StatusWriter;
  readonly events: Pick<EventRecorder, 'record'>;
}

/** What a check found out, and when. */
export interface Finding {
  readonly result: CheckResult;
  readonly at: Date;
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

  /** Stores what follows from a finding, if anything differs, and returns it. */
  async store(
    provider: MailProvider,
    { result, at }: Finding,
    mayWrite: () => Promise<void>,
  ): Promise<HealthStatus> {
    const { statusWriter, events } = this.#deps;
    const status = deriveStatus(provider, result, at);
    this.#kept.set(provider.metadata.name, status);
    if (shows(provider.status, status)) return status;
    await mayWrite();
    await statusWriter.write(provider, status);
    for (const event of eventsOf(provider.status?.conditions, status.conditions, result)) {
      events.record(provider, event);
    }
    return status;
  }
}
