import type { Clock } from '@mailprovider/process';
import type { StoredSecret } from '@mailprovider/provider/secret';
import type { SecretLookup, SecretReader } from '@mailprovider/provider/secret-reader';

export interface ListedSecretsDeps {
  /** Reads one Secret. */
  readonly reader: SecretReader;
  /** Reads all of them, by name. */
  readonly list: () => Promise<ReadonlyMap<string, StoredSecret>>;
  readonly clock: Clock;
}

/** By then the first checks have begun; no value is kept for longer. */
const KEPT_MS = 5_000;

/**
 * Reads the Secrets of the first checks after a start by one list in place of a call each, which a
 * thousand providers would wait seconds for. Each value is handed out once; a Secret that changed, or
 * is asked for again, is read anew.
 */
export class ListedSecrets implements SecretReader {
  readonly #reader: SecretReader;
  readonly #listed: Promise<Map<string, StoredSecret>>;
  /** Those that are not as they were listed. */
  readonly #changed = new Set<string>();
  readonly #forget: () => void;

  constructor({ reader, list, clock }: ListedSecretsDeps) {
    this.#reader = reader;
    // Whoever may not list may still read what is named.
    this.#listed = list().then(
      (all) => new Map(all),
      () => new Map(),
    );
    this.#forget = clock.schedule(KEPT_MS, () => void this.#clear());
  }

  async read(name: string): Promise<SecretLookup> {
    const listed = await this.#listed;
    const secret = this.#changed.has(name) ? undefined : listed.get(name);
    listed.delete(name);
    return secret === undefined ? this.#reader.read(name) : { found: true, secret };
  }

  /** A Secret was created, changed or deleted. */
  changed(name: string): void {
    this.#changed.add(name);
  }

  /** Keeps no value any longer. */
  close(): void {
    this.#forget();
    void this.#clear();
  }

  async #clear(): Promise<void> {
    (await this.#listed).clear();
    this.#changed.clear();
  }
}
