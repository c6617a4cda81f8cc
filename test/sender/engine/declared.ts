import { EventEmitter } from 'node:events';
import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';
import type { SecretLookup, SecretReader } from '@mailprovider/provider/secret-reader';
import type { ProviderSource } from '@mailprovider/sender/ports';

/** Providers and Secrets that are declared in memory, and changed there. */
export class Declared implements ProviderSource, SecretReader {
  readonly #providers = new Map<string, MailProvider>();
  readonly #secrets = new Map<string, { password: string; version: number }>();
  readonly #changes = new EventEmitter<{ provider: [string]; secret: [string] }>();
  #generation = 0;

  provider(name: string, spec: object, status?: MailProvider['status']): void {
    this.#generation += 1;
    const metadata = { name, uid: `uid-${name}`, generation: this.#generation };
    const decoded = decodeMailProvider({ metadata, spec, status });
    if (decoded === undefined) throw new Error('no provider');
    this.#providers.set(name, decoded);
    this.#changes.emit('provider', name);
  }

  withdraw(name: string): void {
    this.#providers.delete(name);
    this.#changes.emit('provider', name);
  }

  secret(name: string, password: string): void {
    const version = (this.#secrets.get(name)?.version ?? 0) + 1;
    this.#secrets.set(name, { password, version });
    this.#changes.emit('secret', name);
  }

  /** How many listen to changes of providers. */
  get listeners(): number {
    return this.#changes.listenerCount('provider');
  }

  all(): readonly MailProvider[] {
    return [...this.#providers.values()];
  }

  get(name: string): MailProvider | undefined {
    return this.#providers.get(name);
  }

  claimHolder(): string | undefined {
    return undefined;
  }

  listen(listener: Parameters<ProviderSource['listen']>[0]): () => void {
    const { providerChanged, secretChanged } = listener;
    this.#changes.on('provider', providerChanged).on('secret', secretChanged);
    return () => this.#changes.off('provider', providerChanged).off('secret', secretChanged);
  }

  async read(name: string): Promise<SecretLookup> {
    const secret = this.#secrets.get(name);
    if (secret === undefined) return { found: false, why: 'missing' };
    const data = { password: Buffer.from(secret.password).toString('base64') };
    const resourceVersion = String(secret.version);
    return { found: true, secret: { type: 'Opaque', data, annotations: {}, resourceVersion } };
  }
}
