import { holderOf, type Leadership } from '@mailprovider/kube';
import type { ProviderListener } from '@mailprovider/kube/cache/provider-cache';
import type { Watches } from '@mailprovider/kube/cache/watches';
import { conditionOf } from '@mailprovider/provider/conditions';
import type { StoredSecret } from '@mailprovider/provider/secret';
import pLimit from 'p-limit';
import { ListedSecrets } from './check/listed-secrets.ts';
import { ClaimStamper } from './default/claim-stamp.ts';
import { DEFAULT_CONDITION } from './default/default-conditions.ts';
import { DefaultKeeper } from './default/default-keeper.ts';
import type { SeenUids } from './default/seen-uids.ts';
import { type EngineDeps, HealthEngine } from './engine.ts';
import { EventRecorder } from './events/event-recorder.ts';
import { eventOf, isTransition } from './events/status-events.ts';
import type { ClaimStore, DefaultConditionWriter, EventSink, StatusWriter } from './ports.ts';

export interface LeaderDeps {
  /** What every replica follows, whoever leads. */
  readonly known: Pick<Watches, 'providers' | 'secretChanges' | 'claim'>;
  readonly seen: SeenUids;
  readonly engine: Omit<EngineDeps, 'events'>;
  /** Reads all Secrets of the credentials namespace, by name. */
  readonly listSecrets: () => Promise<ReadonlyMap<string, StoredSecret>>;
  readonly eventSink: EventSink;
  readonly defaultConditionWriter: DefaultConditionWriter;
  readonly claimStore: ClaimStore;
}

interface Writer<Written extends readonly unknown[]> {
  write(...written: Written): Promise<void>;
}

/**
 * Of the 16 connections to the API server, which the Secrets of waiting checks are read over too. The
 * API server does not store faster with more.
 */
const STATUS_WRITES_AT_ONCE = 8;

/** Has what comes on top of so many writes wait in the order it came. */
function atMost<Written extends readonly unknown[]>(
  atOnce: number,
  writer: Writer<Written>,
): Writer<Written> {
  const limit = pLimit(atOnce);
  return { write: (...written) => limit(() => writer.write(...written)) };
}

/** Refuses to write when the Lease may be another's by now. */
function whileLeading<Written extends readonly unknown[]>(
  leadership: Leadership,
  writer: Writer<Written>,
): Writer<Written> {
  return {
    async write(...written) {
      leadership.throwIfLost();
      await writer.write(...written);
    },
  };
}

/** Refuses to write what became outdated while it waited. */
function unlessOutdated(writer: StatusWriter): StatusWriter {
  return {
    async write(provider, status, signal) {
      signal.throwIfAborted();
      await writer.write(provider, status, signal);
    },
  };
}

/** Tells as an event what becomes of a provider that wants to be the default. */
function tellingOf(events: EventRecorder, writer: DefaultConditionWriter): DefaultConditionWriter {
  return {
    async write(provider, condition) {
      await writer.write(provider, condition);
      const before = conditionOf(provider.status?.conditions, DEFAULT_CONDITION);
      if (condition === undefined || !isTransition(before, condition)) return;
      events.record(provider, eventOf('Election', condition));
    },
  };
}

/**
 * All that only the leader does: it checks the providers, keeps their Default conditions, and stamps
 * the claim. Starts from what is known, and resolves when the leadership and all work have ended.
 */
export async function lead(leadership: Leadership, deps: LeaderDeps): Promise<void> {
  const { known, seen, defaultConditionWriter, claimStore, eventSink, listSecrets } = deps;
  const { check, clock, logger, statusWriter } = deps.engine;
  const secrets = new ListedSecrets({ reader: check.secrets, list: listSecrets, clock });
  const events = new EventRecorder({ sink: eventSink, clock, logger });
  const engine = new HealthEngine({
    ...deps.engine,
    check: { ...check, secrets },
    events,
    statusWriter: atMost(
      STATUS_WRITES_AT_ONCE,
      unlessOutdated(whileLeading(leadership, statusWriter)),
    ),
  });
  const writer = tellingOf(events, whileLeading(leadership, defaultConditionWriter));
  const defaults = new DefaultKeeper({ writer, clock, logger });
  // The Lease itself makes the stamp safe: it is a compare-and-swap.
  const stamper = new ClaimStamper({ latest: known.claim, seen, store: claimStore, clock, logger });

  const secretChanged = (name: string) => {
    secrets.changed(name);
    engine.secretChanged(name);
  };
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
    secrets.close();
    await Promise.all([engine.close(), defaults.close(), stamper.close()]);
    await events.close();
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
