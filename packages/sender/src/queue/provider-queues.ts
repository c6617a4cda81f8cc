import { isDeepStrictEqual } from 'node:util';
import type { Clock, Logger } from '@mailprovider/process';
import { fallbacksOf } from '@mailprovider/provider/fallbacks/fallbacks-of';
import { routeOf } from '@mailprovider/provider/fallbacks/route-of';
import { ProviderDelivery } from '../delivery/provider-delivery.ts';
import type { SessionOpener } from '../delivery/session-opener.ts';
import { unhealthyFor, unhealthySince } from '../delivery/unhealthy-since.ts';
import type { AttemptFailure } from '../mail/attempt-result.ts';
import type { BreakerReading, SenderObserver } from '../observer.ts';
import type { ProviderSource } from '../ports.ts';
import { type Usability, usableProvider } from '../selection/usable-provider.ts';
import type { SenderSettings } from '../settings.ts';
import type { MailStore } from '../store/mail-store.ts';
import { allowanceOf } from './allowance.ts';
import type { OutcomeRules } from './attempt-outcome.ts';
import type { Failover } from './failover.ts';
import { ProviderQueue } from './provider-queue.ts';
import { DEFAULT_FAST_RETRIES } from './retry-policy.ts';

export interface ProviderQueuesDeps {
  readonly store: MailStore;
  readonly providers: ProviderSource;
  readonly opener: SessionOpener;
  readonly observer: SenderObserver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly settings: SenderSettings;
}

interface Served {
  /** As last told. */
  usability: Usability;
  readonly queue: ProviderQueue;
  readonly delivery: ProviderDelivery;
}

/** The queue of each provider that a mail was ever for, and what providers and Secrets mean for it. */
export class ProviderQueues {
  readonly #deps: ProviderQueuesDeps;
  readonly #served = new Map<string, Served>();
  readonly #stopListening: () => void;

  constructor(deps: ProviderQueuesDeps) {
    this.#deps = deps;
    this.#stopListening = deps.providers.listen({
      providerChanged: (name) => this.#providerChanged(name),
      secretChanged: (name) => this.#secretChanged(name),
    });
  }

  /** Begins to deliver the mails of every provider that is declared, or that mails wait for. Rejects with `StoreError`. */
  async start(): Promise<void> {
    const { providers, store } = this.#deps;
    const queued = (await store.readings()).map(({ provider }) => provider);
    const declared = providers.all().map(({ metadata }) => metadata.name);
    for (const name of new Set([...queued, ...declared])) this.of(name);
  }

  of(name: string): ProviderQueue {
    const known = this.#served.get(name);
    if (known !== undefined) return known.queue;
    const served = this.#create(name);
    this.#served.set(name, served);
    return served.queue;
  }

  /** How retries of mails of that provider go now. */
  rulesOf(name: string): OutcomeRules {
    const { providers, settings } = this.#deps;
    const usability = usableProvider(providers, name);
    const fast = usability.usable ? usability.spec.retry : DEFAULT_FAST_RETRIES;
    return { fast, retry: settings.retry, uncertainRetries: settings.uncertainRetries };
  }

  /** Of every provider that is declared. */
  breakers(): readonly BreakerReading[] {
    return [...this.#served]
      .filter(([provider]) => this.#deps.providers.get(provider) !== undefined)
      .map(([provider, { queue }]) => ({ provider, isOpen: queue.isBreakerOpen }));
  }

  /** Why a mail that was not tried yet waits for that provider: what an attempt or a health check found last. */
  heldBy(name: string): AttemptFailure | undefined {
    const usability = usableProvider(this.#deps.providers, name);
    if (!usability.usable) return { reason: usability.reason };
    return this.#served.get(name)?.queue.heldBy ?? unhealthyFor(usability.provider);
  }

  /** Begins no attempt more; resolves when those under way have ended, after `graceMs` at the latest by force. */
  async close(graceMs: number): Promise<void> {
    this.#stopListening();
    const all = [...this.#served.values()];
    const cancelForce = this.#deps.clock.schedule(graceMs, () => {
      for (const { delivery } of all) delivery.abort();
    });
    await Promise.all(all.map(({ queue }) => queue.close()));
    await Promise.all(all.map(({ delivery }) => delivery.close()));
    cancelForce();
  }

  #create(name: string): Served {
    const { providers, opener, clock, settings } = this.#deps;
    const usability = () => usableProvider(providers, name);
    const delivery = new ProviderDelivery({ usability, opener, clock, settings });
    const queue = new ProviderQueue({
      ...this.#deps,
      provider: name,
      delivery,
      rules: () => this.rulesOf(name),
      allowance: () => allowanceOf(usability(), settings.replicas),
      failover: this.#failoverFrom(name),
      recovered: () => this.#others(name, (queue) => queue.reconsider()),
    });
    return { usability: usability(), queue, delivery };
  }

  #failoverFrom(name: string): Failover {
    const find = (origin: string) => {
      const { providers } = this.#deps;
      const fallbacks = (provider: string) => fallbacksOf(providers.get(provider)?.spec);
      for (const provider of routeOf(origin, fallbacks)) {
        if (provider === name || !this.#served.get(provider)?.queue.mayCome) continue;
        const usability = usableProvider(providers, provider);
        if (usability.usable) return { provider, queueSize: usability.spec.retry.queueSize };
      }
      return undefined;
    };
    return {
      hasDestination: (origin) => find(origin) !== undefined,
      destinationOf: (origin) => {
        const found = find(origin);
        if (found === undefined) return undefined;
        const queue = this.of(found.provider);
        return { ...found, arrived: queue.expect(), full: () => queue.turnedAway() };
      },
    };
  }

  #others(name: string, tell: (queue: ProviderQueue) => void): void {
    for (const [other, { queue }] of this.#served) if (other !== name) tell(queue);
  }

  #providerChanged(name: string): void {
    const served = this.#served.get(name);
    if (served === undefined) {
      if (this.#deps.providers.get(name) === undefined) return;
      this.of(name);
      this.#others(name, (queue) => queue.reconsider());
      return;
    }
    const before = served.usability;
    served.usability = usableProvider(this.#deps.providers, name);
    if (!meansTheSame(before, served.usability)) renew(served);
    else if (isUnhealthy(before) && !isUnhealthy(served.usability)) served.queue.changed();
    else if (isUnhealthy(before) === isUnhealthy(served.usability)) return;
    else served.queue.reconsider();
    this.#others(name, (queue) => queue.reconsider());
  }

  #secretChanged(name: string): void {
    for (const served of this.#served.values()) {
      const { usability } = served;
      if (usability.usable && usability.spec.smtp.passwordRef?.name === name) renew(served);
    }
  }
}

/** As health finds it, which looks more often than mails that wait for a server are due. */
function isUnhealthy(usability: Usability): boolean {
  return usability.usable && unhealthySince(usability.provider) !== undefined;
}

function renew({ delivery, queue }: Served): void {
  delivery.renew();
  queue.renewed();
}

/** Most writes to a provider are of its status, our own among them. */
function meansTheSame(one: Usability, other: Usability): boolean {
  if (!one.usable || !other.usable) return isDeepStrictEqual(one, other);
  return isDeepStrictEqual(one.spec, other.spec);
}
