import type { Counter } from 'prom-client';

/** Removes every series of a provider, also of what came to it from others; one goes only by all of its labels. */
export async function removeSeries(counter: Counter, provider: string): Promise<void> {
  const { values } = await counter.get();
  for (const { labels } of values) {
    if (labels['provider'] === provider || labels['to'] === provider) counter.remove(labels);
  }
}
