import { isDeepStrictEqual } from 'node:util';
import type { ProviderListener } from '@mailprovider/kube/cache/provider-cache';
import type { Clock, Logger } from '@mailprovider/process';
import { conditionOf } from '@mailprovider/provider/conditions';
import { isDefault } from '@mailprovider/provider/default/single-default';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { Condition } from '@mailprovider/provider/status-schema';
import type { DefaultConditionWriter } from '../ports.ts';
import { WorkQueue } from '../work-queue.ts';
import { DEFAULT_CONDITION, defaultConditions } from './default-conditions.ts';

export interface DefaultKeeperDeps {
  readonly writer: DefaultConditionWriter;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** There is one to write as a rule; a few where admission was absent. */
const CONCURRENCY = 4;
const RETRY_MS = 2_000;

function storedCondition({ status }: MailProvider): Condition | undefined {
  return conditionOf(status?.conditions, DEFAULT_CONDITION);
}

function withCondition(provider: MailProvider, condition: Condition | undefined): MailProvider {
  const others = (provider.status?.conditions ?? []).filter(
    ({ type }) => type !== DEFAULT_CONDITION,
  );
  const conditions = condition === undefined ? others : [...others, condition];
  return { ...provider, status: { ...provider.status, conditions } };
}

/**
 * Keeps the Default condition of every provider what the election says, whatever the checks do: a
 * change of one provider or of the claim can alter the condition of others, and no probe is to wait
 * for that.
 */
export class DefaultKeeper implements ProviderListener {
  readonly #deps: DefaultKeeperDeps;
  readonly #queue: WorkQueue;
  /** Those that are to have the condition, or have it. */
  readonly #concerned = new Map<string, MailProvider>();
  /** What we wrote last: events from before that may come after it. */
  readonly #written = new Map<string, Condition>();
  /** Unknown at first, and nobody is elected until it is known. */
  #claim: { readonly holder: string | undefined } | undefined;
  #closed = false;

  constructor(deps: DefaultKeeperDeps) {
    this.#deps = deps;
    const { clock } = deps;
    const work = (name: string) => this.#work(name);
    this.#queue = new WorkQueue({ concurrency: CONCURRENCY, clock, work });
  }

  replaced(all: readonly MailProvider[]): void {
    const names = new Set(all.map(({ metadata }) => metadata.name));
    for (const name of [...this.#concerned.keys()]) {
      if (!names.has(name)) this.#forget(name);
    }
    for (const provider of all) this.#accept(provider);
    this.#evaluate();
  }

  stored(provider: MailProvider): void {
    if (this.#accept(provider)) this.#evaluate();
  }

  deleted({ metadata }: MailProvider): void {
    if (this.#forget(metadata.name)) this.#evaluate();
  }

  /** The claim to be the default has this holder, or none. */
  claimed(holder: string | undefined): void {
    this.#claim = { holder };
    this.#evaluate();
  }

  /** Resolves when no write is under way, and starts no other. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue.close();
  }

  /** Whether the election or a condition may be another now. */
  #accept(provider: MailProvider): boolean {
    const { name, uid } = provider.metadata;
    if (this.#concerned.get(name)?.metadata.uid !== uid) this.#written.delete(name);
    if (!isDefault(provider.spec) && storedCondition(provider) === undefined) {
      return this.#forget(name);
    }
    this.#concerned.set(name, provider);
    return true;
  }

  #forget(name: string): boolean {
    this.#queue.remove(name);
    this.#written.delete(name);
    return this.#concerned.delete(name);
  }

  #wanted(): ReadonlyMap<string, Condition | undefined> {
    if (this.#claim === undefined) return new Map();
    const providers = [...this.#concerned.values()].map((provider) => {
      const written = this.#written.get(provider.metadata.name);
      return written === undefined ? provider : withCondition(provider, written);
    });
    return defaultConditions(providers, this.#claim.holder, this.#deps.clock.now());
  }

  #evaluate(): void {
    for (const [name, condition] of this.#wanted()) {
      const provider = this.#concerned.get(name);
      if (provider && !isDeepStrictEqual(storedCondition(provider), condition)) {
        this.#queue.add(name);
      }
    }
  }

  async #work(name: string): Promise<void> {
    try {
      await this.#write(name);
    } catch (error) {
      if (this.#closed) return;
      this.#deps.logger.error({ provider: name, err: error }, 'default condition not written');
      this.#queue.addAfter(name, RETRY_MS);
    }
  }

  async #write(name: string): Promise<void> {
    const provider = this.#concerned.get(name);
    if (provider === undefined) return;
    const condition = this.#wanted().get(name);
    if (isDeepStrictEqual(storedCondition(provider), condition)) return;
    await this.#deps.writer.write(provider, condition);
    const current = this.#concerned.get(name);
    if (current?.metadata.uid !== provider.metadata.uid) return;
    if (condition === undefined) this.#written.delete(name);
    else this.#written.set(name, condition);
    this.#concerned.set(name, withCondition(current, condition));
    const { reason } = condition ?? {};
    this.#deps.logger.info({ provider: name, reason }, 'mailprovider default condition');
  }
}
