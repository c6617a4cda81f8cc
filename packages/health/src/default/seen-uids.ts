import type { ProviderListener } from '@mailprovider/kube/cache/provider-cache';
import type { Clock } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

/** Several times the longest age of a claim; an older claim needs no evidence. */
const KEEP_MS = 600_000;
/** 36 characters each: a few megabytes, also if somebody creates and deletes in a loop. */
const KEPT_MAX = 20_000;

/**
 * The uids of the providers that were seen stored: all that are, and for ten minutes those that
 * were. One whose creation and deletion fell between two lists was not seen.
 */
export class SeenUids implements ProviderListener {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** By name. */
  readonly #live = new Map<string, string>();
  /** When each was last known to be stored, the longest ago first. */
  readonly #gone = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  has(name: string, uid: string): boolean {
    return this.#live.get(name) === uid || this.#gone.has(uid);
  }

  replaced(all: readonly MailProvider[]): void {
    const names = new Set(all.map(({ metadata }) => metadata.name));
    for (const [name, uid] of this.#live) {
      if (!names.has(name)) this.#remember(name, uid);
    }
    for (const provider of all) this.stored(provider);
  }

  stored({ metadata: { name, uid } }: MailProvider): void {
    const before = this.#live.get(name);
    if (before !== undefined && before !== uid) this.#remember(name, before);
    this.#live.set(name, uid);
  }

  deleted({ metadata: { name, uid } }: MailProvider): void {
    this.#remember(name, uid);
  }

  #remember(name: string, uid: string): void {
    const now = this.#clock.monotonicMs();
    this.#live.delete(name);
    this.#gone.delete(uid);
    this.#gone.set(uid, now);
    for (const [oldest, goneAt] of this.#gone) {
      if (now - goneAt <= KEEP_MS && this.#gone.size <= KEPT_MAX) return;
      this.#gone.delete(oldest);
    }
  }
}
