import { LocalQueue } from './local-queue.ts';
import type { QueueReading } from './mail-store.ts';

/** The queue of each provider that a mail was ever for. */
export class LocalQueues {
  readonly #queues = new Map<string, LocalQueue>();

  of(provider: string): LocalQueue {
    const known = this.#queues.get(provider);
    if (known !== undefined) return known;
    const queue = new LocalQueue(provider);
    this.#queues.set(provider, queue);
    return queue;
  }

  readings(): readonly QueueReading[] {
    return [...this.#queues.values()].map((queue) => queue.reading());
  }
}
