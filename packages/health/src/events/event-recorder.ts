import type { Clock, Logger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { EventSink } from '../ports.ts';
import type { HealthEvent } from './status-events.ts';

export interface EventRecorderDeps {
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As client-go's recorder: 25 events of one object at once, then one in 5 minutes. */
const BURST = 25;
const REFILL_MS = 300_000;

interface Bucket {
  readonly left: number;
  /** Time in milliseconds from which on refills count. */
  readonly since: number;
}

/**
 * Records events without anyone waiting for it: one that cannot be stored, or of which there are too
 * many for one provider, is left out.
 */
export class EventRecorder {
  readonly #deps: EventRecorderDeps;
  readonly #buckets = new Map<string, Bucket>();
  readonly #running = new Set<Promise<void>>();

  constructor(deps: EventRecorderDeps) {
    this.#deps = deps;
  }

  record(provider: MailProvider, event: HealthEvent): void {
    if (!this.#take(provider.metadata.uid)) return;
    const { sink, clock, logger } = this.#deps;
    const writing = sink
      .create(provider, event, clock.now())
      .catch((error: unknown) =>
        logger.warn(
          { provider: provider.metadata.name, reason: event.reason, err: error },
          'mailprovider event not recorded',
        ),
      )
      .finally(() => this.#running.delete(writing));
    this.#running.add(writing);
  }

  /** Resolves when no event is being stored any more. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** The provider is gone. */
  forget({ metadata }: MailProvider): void {
    this.#buckets.delete(metadata.uid);
  }

  #take(uid: string): boolean {
    const now = this.#deps.clock.now().getTime();
    const { left, since } = this.#buckets.get(uid) ?? { left: BURST, since: now };
    const refills = Math.floor((now - since) / REFILL_MS);
    const available = Math.min(BURST, left + refills);
    if (available === 0) return false;
    this.#buckets.set(uid, { left: available - 1, since: since + refills * REFILL_MS });
    return true;
  }
}
