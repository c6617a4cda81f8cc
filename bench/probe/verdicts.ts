import type { MailProviders, WatchHandlers } from '@mailprovider/kube';
import { createLogger } from '@mailprovider/process';
import { conditionOf } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** What health found of a provider's current generation. */
export interface Verdict {
  readonly healthy: boolean;
  readonly reason: string;
  /** When we heard of it, by `performance.now()`. */
  readonly at: number;
}

/** Reads a verdict from status; undefined as long as there is none of the current generation. */
export function verdictOf({ metadata, status }: MailProvider, at: number): Verdict | undefined {
  const condition = conditionOf(status?.conditions, 'Healthy');
  if (condition === undefined || condition.status === 'Unknown') return undefined;
  if (condition.observedGeneration !== metadata.generation) return undefined;
  return { healthy: condition.status === 'True', reason: condition.reason, at };
}

/** Verdicts by the name of the provider. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/**
 * Follows all providers by a watch until `count` of them have a verdict at the same time.
 *
 * Rejects with the reason of `signal` when that aborts.
 */
export async function awaitVerdicts(
  providers: MailProviders,
  count: number,
  signal: AbortSignal,
): Promise<Verdicts> {
  const verdicts = new Map<string, Verdict>();
  const complete = new AbortController();
  const stored = (provider: MailProvider) => {
    const { name } = provider.metadata;
    const verdict = verdictOf(provider, performance.now());
    if (verdict === undefined) verdicts.delete(name);
    else verdicts.set(name, verdict);
    if (verdicts.size >= count) complete.abort();
  };
  const handlers: WatchHandlers<MailProvider> = {
    replaced: (all) => all.forEach(stored),
    stored,
    deleted: ({ metadata }) => verdicts.delete(metadata.name),
  };
  const logger = createLogger('bench', 'silent');
  const ends = AbortSignal.any([signal, complete.signal]);
  await providers.watch(handlers, { logger, signal: ends });
  if (!complete.signal.aborted) signal.throwIfAborted();
  return verdicts;
}
