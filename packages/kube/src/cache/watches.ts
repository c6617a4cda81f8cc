import { EventEmitter } from 'node:events';
import type { Clock, Logger } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { passwordSecretOf } from '@mailprovider/provider/password-secret';
import type { ClaimReading, DefaultClaims } from '../default-claims.ts';
import type { WatchContext, WatchObserver } from '../list-watch.ts';
import type { MailProviders } from '../mail-providers.ts';
import type { Secrets, SecretVersion } from '../secrets.ts';
import { Latest } from './latest.ts';
import { ProviderCache } from './provider-cache.ts';
import { SecretVersions } from './secret-versions.ts';
import type { WatchedResource } from './watch-metrics.ts';

export interface WatchDeps {
  readonly providers: MailProviders;
  readonly secrets: Secrets;
  readonly claims: DefaultClaims;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Every collection is listed anew after so long. */
  readonly syncPeriodMs: number;
  /** Is told how the watch of a resource fares. */
  observer(resource: WatchedResource): WatchObserver;
  /** Ends all watches. */
  readonly signal: AbortSignal;
}

/** A list takes milliseconds; when it does not come, providers are not to wait for it. */
const SECRETS_HEAD_START_MS = 3_000;

/** What a process knows of the providers, Secrets and claim of its cluster. */
export class Watches {
  readonly providers = new ProviderCache();
  readonly secretChanges = new EventEmitter<{ changed: [name: string] }>();
  readonly claim = new Latest<ClaimReading>();
  readonly #deps: WatchDeps;
  readonly #synced = { providers: false, secrets: false };
  readonly #running = new Map<WatchedResource, Promise<void>>();

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  /** Whether providers and Secrets have been listed. */
  get synced(): boolean {
    return this.#synced.providers && this.#synced.secrets;
  }

  /**
   * Begins to watch; resolves when the providers are known, or the signal has aborted.
   *
   * Secrets come first, so that no change of one falls between the two lists; but a Role that is
   * missing is to be told in the status of the providers.
   */
  start(): Promise<void> {
    const { claims, clock, signal } = this.#deps;
    const told = (reading: ClaimReading) => this.claim.tell(reading);
    this.#running.set('leases', claims.watch(told, this.#context('leases')));
    return new Promise((resolve) => {
      const providersNow = () => {
        cancelHeadStart();
        this.#watchProviders(resolve);
      };
      const cancelHeadStart = clock.schedule(SECRETS_HEAD_START_MS, providersNow);
      this.#watchSecrets(providersNow);
      signal.addEventListener('abort', () => {
        cancelHeadStart();
        resolve();
      });
    });
  }

  /** Resolves when all watches have ended, as the signal makes them. */
  async ended(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  #watchSecrets(listed: () => void): void {
    const versions = new SecretVersions((name) => this.secretChanges.emit('changed', name));
    const handlers = {
      replaced: (all: readonly SecretVersion[]) => {
        versions.replaced(all);
        if (!this.#synced.secrets) this.#tellAllSecrets();
        this.#synced.secrets = true;
        listed();
      },
      stored: (secret: SecretVersion) => versions.stored(secret),
      deleted: (secret: SecretVersion) => versions.deleted(secret),
    };
    this.#running.set('secrets', this.#deps.secrets.watch(handlers, this.#context('secrets')));
  }

  /** Those of providers known already may have been read, and changed, before the first list. */
  #tellAllSecrets(): void {
    for (const name of new Set(this.providers.all().map(passwordSecretOf))) {
      if (name !== undefined) this.secretChanges.emit('changed', name);
    }
  }

  #watchProviders(listed: () => void): void {
    if (this.#running.has('mailproviders')) return;
    const handlers = {
      replaced: (all: readonly MailProvider[]) => {
        this.providers.replaced(all);
        this.#synced.providers = true;
        listed();
      },
      stored: (provider: MailProvider) => this.providers.stored(provider),
      deleted: (provider: MailProvider) => this.providers.deleted(provider),
    };
    const watching = this.#deps.providers.watch(handlers, this.#context('mailproviders'));
    this.#running.set('mailproviders', watching);
  }

  #context(resource: WatchedResource): WatchContext {
    const { logger, signal, syncPeriodMs, observer } = this.#deps;
    return { logger, signal, timing: { syncPeriodMs }, observer: observer(resource) };
  }
}
