import type { SecretVersion } from '../secrets.ts';

/**
 * Turns what a watch of Secrets tells into "this one changed", also across a new list. The first
 * list is knowledge and no change.
 */
export class SecretVersions {
  readonly #known = new Map<string, string>();
  #synced = false;
  readonly #changed: (name: string) => void;

  constructor(changed: (name: string) => void) {
    this.#changed = changed;
  }

  replaced(secrets: readonly SecretVersion[]): void {
    if (!this.#synced) {
      this.#synced = true;
      for (const { name, resourceVersion } of secrets) this.#known.set(name, resourceVersion);
      return;
    }
    const names = new Set(secrets.map(({ name }) => name));
    for (const name of [...this.#known.keys()]) {
      if (!names.has(name)) this.deleted({ name });
    }
    for (const secret of secrets) this.stored(secret);
  }

  stored({ name, resourceVersion }: SecretVersion): void {
    if (this.#known.get(name) === resourceVersion) return;
    this.#known.set(name, resourceVersion);
    this.#changed(name);
  }

  deleted({ name }: Pick<SecretVersion, 'name'>): void {
    if (this.#known.delete(name)) this.#changed(name);
  }
}
