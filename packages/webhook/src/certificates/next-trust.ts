import type { Registration } from './ports.ts';

function isEverywhere(pem?: string, registrations?: readonly Registration[]): boolean {
  if (pem === undefined || registrations === undefined) return false;
  const bundles = registrations.flatMap(({ caBundles }) => caBundles);
  return bundles.every((bundle) => bundle?.includes(pem.trim()) === true);
}

/** Knows since when an announced authority has been in every registration without a break. */
export class NextTrust {
  #next: string | undefined;
  #sinceMs = 0;

  /** Takes in what the registrations hold at that time; undefined if it could not be read. */
  observe(
    next: string | undefined,
    registrations: readonly Registration[] | undefined,
    nowMs: number,
  ): void {
    if (!isEverywhere(next, registrations)) {
      this.#next = undefined;
    } else if (next !== this.#next) {
      this.#next = next;
      this.#sinceMs = nowMs;
    }
  }

  /** Whether that has lasted for `delayMs`. */
  hasLasted(delayMs: number, nowMs: number): boolean {
    return this.#next !== undefined && nowMs - this.#sinceMs >= delayMs;
  }
}
