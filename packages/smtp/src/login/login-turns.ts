import { keyOf, type Login } from './login.ts';

/** A login that worked so lately works again, as far as that can be known. */
const TRUSTED_MS = 60_000;

/** Ends a turn, and tells whether the login worked. */
export type EndTurn = (worked: boolean) => void;

/**
 * Lets the checks of providers that share a login find out one at a time whether it works: a wrong
 * password of a hundred providers would be tried a hundred times before the first refusal is known.
 * Once it has worked nobody waits.
 */
export class LoginTurns {
  readonly #monotonicMs: () => number;
  readonly #underWay = new Map<string, Promise<void>>();
  /** When each login last worked, the longest ago first. */
  readonly #worked = new Map<string, number>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Waits for the turn, which lasts until it is ended. Rejects with the signal's reason if that has aborted by then. */
  async take(login: Login, signal: AbortSignal): Promise<EndTurn> {
    const key = keyOf(login);
    while (!this.#isTrusted(key) && this.#underWay.has(key)) await this.#underWay.get(key);
    signal.throwIfAborted();
    const { promise, resolve } = withResolver();
    this.#underWay.set(key, promise);
    return (worked) => {
      this.#note(key, worked);
      if (this.#underWay.get(key) === promise) this.#underWay.delete(key);
      resolve();
    };
  }

  #isTrusted(key: string): boolean {
    const workedAt = this.#worked.get(key);
    return workedAt !== undefined && this.#monotonicMs() - workedAt < TRUSTED_MS;
  }

  #note(key: string, worked: boolean): void {
    this.#worked.delete(key);
    if (worked) this.#worked.set(key, this.#monotonicMs());
    for (const oldest of this.#worked.keys()) {
      if (this.#isTrusted(oldest)) return;
      this.#worked.delete(oldest);
    }
  }
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
