import type { AttemptEnd } from '../delivery/attempt.ts';
import type { MailAttempts } from './mail-attempts.ts';
import type { ServerAccess } from './server-access.ts';

/** Who is told how attempts end. */
export interface SlotsListener {
  /** What an attempt found out of its mail; nothing if that is not queued here any more. `isFormer` if the provider is another by now. */
  ended(id: string, end: AttemptEnd | undefined, isFormer: boolean): Promise<void> | void;
  /** The store failed; the mail is as it was. */
  storeFailed(id: string, error: unknown): void;
  /** A slot came free. */
  free(): void;
}

/** The attempts of one provider that are under way. */
export class AttemptSlots {
  readonly #attempts: Pick<MailAttempts, 'attempt'>;
  readonly #access: Pick<ServerAccess, 'begin' | 'end'>;
  readonly #listener: SlotsListener;
  readonly #underWay = new Set<Promise<void>>();
  /** Those among them that began since the provider was another. */
  #inSlots = new Set<Promise<void>>();

  constructor(
    attempts: Pick<MailAttempts, 'attempt'>,
    access: Pick<ServerAccess, 'begin' | 'end'>,
    listener: SlotsListener,
  ) {
    this.#attempts = attempts;
    this.#access = access;
    this.#listener = listener;
  }

  get used(): number {
    return this.#inSlots.size;
  }

  begin(id: string): void {
    const inSlots = this.#inSlots;
    const attempt = this.#attempt(id, inSlots).finally(() => {
      this.#underWay.delete(attempt);
      inSlots.delete(attempt);
      this.#listener.free();
    });
    this.#underWay.add(attempt);
    inSlots.add(attempt);
  }

  /** The provider is another: what is under way holds no slot any more. */
  renew(): void {
    this.#inSlots = new Set();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #attempt(id: string, inSlots: ReadonlySet<unknown>): Promise<void> {
    this.#access.begin();
    let offered = false;
    try {
      const end = await this.#attempts.attempt(id);
      offered = end?.kind === 'offered';
      await this.#listener.ended(id, end, inSlots !== this.#inSlots);
    } catch (error) {
      this.#listener.storeFailed(id, error);
    } finally {
      this.#access.end(offered);
    }
  }
}
