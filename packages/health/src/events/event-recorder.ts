import type { Clock, Logger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import pLimit from 'p-limit';
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

/** After so long without an event a provider has all of them again: nothing is left to remember. */
const FULL_AGAIN_MS = BURST * REFILL_MS;

/** As client-go has it: one at a time, and no more than so many that wait. */
const WAITING_MAX = 1000;

interface Bucket {
  readonly left: number;
  /** Monotonic time in milliseconds from which on refills count. */
  readonly since: number;
}

/**
 * Records events without anyone waiting for it: one that cannot be stored, or of which there are too
 * many for one provider, is left out.
 */
export class EventRecorder {
  readonly #deps: EventRecorderDeps;
  /** By uid, the one that was taken from longest ago first. */
  readonly #buckets = new Map<string, Bucket>();
  readonly #oneAtATime = pLimit(1);
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(deps: EventRecorderDeps) {
    this.#deps = deps;
  }

  record(provider: MailProvider, event: HealthEvent): void {
    if (this.#oneAtATime.pendingCount >= WAITING_MAX || !this.#take(provider.metadata.uid)) return;
    const at = this.#deps.clock.now();
    this.#last = this.#oneAtATime(() => this.#store(provider, event, at));
  }

  /** Resolves when no event is being stored any more; those that wait are left out. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  async #store(provider: MailProvider, event: HealthEvent, at: Date): Promise<void> {
    if (this.#closed) return;
    const { sink, logger } = this.#deps;
    const { name } = provider.metadata;
    try {
      await sink.create(provider, event, at);
    } catch (error) {
      const fields = { provider: name, reason: event.reason, err: error };
      logger.warn(fields, 'mailprovider event not recorded');
    }
  }

  #take(uid: string): boolean {
    const now = this.#deps.clock.monotonicMs();
    const { left, since } = this.#buckets.get(uid) ?? { left: BURST, since: now };
    const refills = Math.floor((now - since) / REFILL_MS);
    const available = Math.min(BURST, left + refills);
    if (available === 0) return false;
    this.#buckets.delete(uid);
    this.#buckets.set(uid, { left: available - 1, since: since + refills * REFILL_MS });
    this.#forgetFull(now);
    return true;
  }

  #forgetFull(now: number): void {
    for (const [uid, { since }] of this.#buckets) {
      if (now - since < FULL_AGAIN_MS) return;
      this.#buckets.delete(uid);
    }
  }
}
