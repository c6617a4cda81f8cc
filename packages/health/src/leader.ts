import type { ClaimReading, Leadership } from '@mailprovider/kube';
import { ClaimStamper } from './claim-stamp.ts';
import { DefaultKeeper } from './default-keeper.ts';
import { type EngineDeps, HealthEngine } from './engine.ts';
import type { ClaimStore, DefaultConditionWriter } from './ports.ts';
import type { ProviderListener } from './provider-cache.ts';
import type { Watches } from './watches.ts';

export interface LeaderDeps {
  /** What every replica follows, whoever leads. */
  readonly known: Pick<Watches, 'providers' | 'secretChanges' | 'claim' | 'seen'>;
  readonly engine: EngineDeps;
  readonly defaultConditionWriter: DefaultConditionWriter;
  readonly claimStore: ClaimStore;
}

/** Refuses to write when the Lease may be another's by now. */
function whileLeading<Written extends readonly unknown[]>(
  leadership: Leadership,
  writer: { write(...written: Written): Promise<void> },
): { write(...written: Written): Promise<void> } {
  return {
    async write(...written) {
      leadership.throwIfLost();
      await writer.write(...written);
    },
  };
}

function holderOf({ claim }: ClaimReading): string | undefined {
  return claim === undefined || claim === 'unreadable' ? undefined : claim.holder;
}

/**
 * All that only the leader does: it checks the providers, keeps their Default conditions, and stamps
 * the claim. Starts from what is known, and resolves when the leadership and all work have ended.
 */
export async function lead(leadership: Leadership, deps: LeaderDeps): Promise<void> {
  const { known, defaultConditionWriter, claimStore } = deps;
  const { clock, logger, statusWriter } = deps.engine;
  const engine = new HealthEngine({
    ...deps.engine,
    statusWriter: whileLeading(leadership, statusWriter),
  });
  const writer = whileLeading(leadership, defaultConditionWriter);
  const defaults = new DefaultKeeper({ writer, clock, logger });
  const { claim: latest, seen } = known;
  // The Lease itself makes the stamp safe: it is a compare-and-swap.
  const stamper = new ClaimStamper({ latest, seen, store: claimStore, clock, logger });

  const secretChanged = (name: string) => engine.secretChanged(name);
  known.secretChanges.on('changed', secretChanged);
  const leave = [
    known.providers.listen(engineListener(engine)),
    known.providers.listen(defaults),
    known.providers.listen(anyChange(() => stamper.changed())),
    known.claim.listen((reading) => {
      defaults.claimed(holderOf(reading));
      stamper.changed();
    }),
    () => known.secretChanges.off('changed', secretChanged),
  ];
  await afterEnd(leadership.signal, async () => {
    for (const stopListening of leave) stopListening();
    await Promise.all([engine.close(), defaults.close(), stamper.close()]);
  });
}

function engineListener(engine: HealthEngine): ProviderListener {
  return {
    replaced: (all) => engine.replaced(all),
    stored: (provider) => engine.stored(provider),
    deleted: ({ metadata }) => engine.deleted(metadata.name),
  };
}

function anyChange(changed: () => void): ProviderListener {
  return { replaced: changed, stored: changed, deleted: changed };
}

/** Closes in the very moment in which the signal aborts, so that nothing begins after it. */
function afterEnd(signal: AbortSignal, close: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => void close().then(resolve, reject);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
