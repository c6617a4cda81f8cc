import { isDeepStrictEqual } from 'node:util';
import type { HealthStatus, StatusWriter } from '@mailprovider/health';
import type { AdmissionContext } from '@mailprovider/provider/admit';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { SecretReader } from '@mailprovider/provider/secret-reader';
import { applyFolder, EMPTY_STATE, type FolderState } from '../folder/folder-state.ts';
import type { FolderContent } from '../folder/read-folder.ts';

/** What is told of changes; the health engine and the view listen. */
export interface StoreListener {
  stored(provider: MailProvider): void;
  deleted(name: string): void;
  secretChanged(name: string): void;
  /** After each reading of the folder. */
  reloaded(): void;
}

/**
 * The providers and Secrets of a folder with the status of each, in memory: what the API server is
 * to the processes in a cluster.
 */
export class ProviderStore implements SecretReader, StatusWriter {
  readonly #context: AdmissionContext;
  readonly #statuses = new Map<string, { uid: string; status: HealthStatus }>();
  readonly #listeners: StoreListener[] = [];
  #state: FolderState = EMPTY_STATE;

  constructor(context: AdmissionContext) {
    this.#context = context;
  }

  get state(): FolderState {
    return this.#state;
  }

  listen(listener: StoreListener): void {
    this.#listeners.push(listener);
  }

  /** The provider as it would be read from the API server: spec and status. */
  provider(name: string): MailProvider | undefined {
    const admitted = this.#state.providers.get(name)?.provider;
    if (admitted === undefined) return undefined;
    const written = this.#statuses.get(name);
    return written?.uid === admitted.metadata.uid
      ? { ...admitted, status: written.status }
      : admitted;
  }

  /** Takes over what the folder holds now. */
  apply(content: FolderContent, now: Date): void {
    const before = this.#state;
    const after = applyFolder(before, content, this.#context, now);
    this.#state = after;
    for (const name of before.providers.keys()) {
      if (!after.providers.has(name)) this.#tell((listener) => listener.deleted(name));
    }
    for (const name of after.providers.keys()) this.#tellStored(name);
    for (const name of new Set([...before.secrets.keys(), ...after.secrets.keys()])) {
      if (!isDeepStrictEqual(before.secrets.get(name), after.secrets.get(name))) {
        this.#tell((listener) => listener.secretChanged(name));
      }
    }
    this.#tell((listener) => listener.reloaded());
  }

  async read(name: string): ReturnType<SecretReader['read']> {
    const secret = this.#state.secrets.get(name);
    return secret === undefined ? { found: false, why: 'missing' } : { found: true, secret };
  }

  async write({ metadata: { name, uid } }: MailProvider, status: HealthStatus): Promise<void> {
    this.#statuses.set(name, { uid, status });
    this.#tellStored(name);
  }

  #tellStored(name: string): void {
    const provider = this.provider(name);
    if (provider !== undefined) this.#tell((listener) => listener.stored(provider));
  }

  #tell(about: (listener: StoreListener) => void): void {
    for (const listener of this.#listeners) about(listener);
  }
}
