import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** Is told of providers in the order in which the watch tells of them. */
export interface ProviderListener {
  /** All providers there are. */
  replaced(all: readonly MailProvider[]): void;
  stored(provider: MailProvider): void;
  deleted(provider: MailProvider): void;
}

/** All providers as the watch last told of them. */
export class ProviderCache implements ProviderListener {
  readonly #providers = new Map<string, MailProvider>();
  readonly #listeners = new Set<ProviderListener>();

  all(): readonly MailProvider[] {
    return [...this.#providers.values()];
  }

  get(name: string): MailProvider | undefined {
    return this.#providers.get(name);
  }

  /** Tells a listener of all providers now, and of each change until the returned function is called. */
  listen(listener: ProviderListener): () => void {
    listener.replaced(this.all());
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  replaced(all: readonly MailProvider[]): void {
    this.#providers.clear();
    for (const provider of all) this.#providers.set(provider.metadata.name, provider);
    for (const listener of this.#listeners) listener.replaced(all);
  }

  stored(provider: MailProvider): void {
    this.#providers.set(provider.metadata.name, provider);
    for (const listener of this.#listeners) listener.stored(provider);
  }

  deleted(provider: MailProvider): void {
    this.#providers.delete(provider.metadata.name);
    for (const listener of this.#listeners) listener.deleted(provider);
  }
}
