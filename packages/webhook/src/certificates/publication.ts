import type { Clock, Logger } from '@mailprovider/process';
import type { Registration, Registrations } from './ports.ts';

/** Whoever else keeps writing the caBundle is answered no faster; no fight fills the API server. */
const RESTORE_INTERVAL_MS = 500;

export interface PublicationDeps {
  readonly registrations: Registrations;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly logger: Logger;
}

/** `again`: another version was there; `later`: it is to be tried after that pause. */
export type Published = { readonly is: 'done' | 'again' } | { is: 'later'; afterMs: number };

/** Keeps the caBundle of our registrations what it is to be. */
export class Publication {
  readonly #deps: PublicationDeps;
  readonly #written = new Map<string, { readonly pem: string; readonly atMs: number }>();
  #missing = '';

  constructor(deps: PublicationDeps) {
    this.#deps = deps;
  }

  /** Writes where something else stands, by compare-and-swap on the versions given. */
  async publish(registrations: readonly Registration[], pem: string): Promise<Published> {
    this.#tellMissing(registrations);
    let published: Published = { is: 'done' };
    for (const registration of registrations) {
      if (registration.caBundles.every((caBundle) => caBundle === pem)) continue;
      const afterMs = this.#pauseOf(registration, pem);
      if (afterMs > 0) published = { is: 'later', afterMs };
      else if (!(await this.#write(registration, pem))) return { is: 'again' };
    }
    return published;
  }

  #pauseOf({ id }: Registration, pem: string): number {
    const last = this.#written.get(id);
    if (last === undefined || last.pem !== pem) return 0;
    return last.atMs + RESTORE_INTERVAL_MS - this.#deps.clock.monotonicMs();
  }

  async #write(registration: Registration, pem: string): Promise<boolean> {
    const { registrations, clock, logger } = this.#deps;
    const { id } = registration;
    if (!(await registrations.setCaBundle(registration, pem))) return false;
    const isRestored = this.#written.get(id)?.pem === pem;
    this.#written.set(id, { pem, atMs: clock.monotonicMs() });
    if (isRestored) logger.warn({ registration: id }, 'caBundle was changed by others: restored');
    else logger.info({ registration: id }, 'caBundle published');
    return true;
  }

  /** Says once that one is not there: whoever deleted it may have meant to. */
  #tellMissing(registrations: readonly Registration[]): void {
    const present = new Set(registrations.map(({ id }) => id));
    const missing = this.#deps.registrations.ids.filter((id) => !present.has(id)).join(', ');
    if (missing !== this.#missing && missing !== '') {
      this.#deps.logger.warn({ missing }, 'registration is not there: nothing asks this webhook');
    }
    this.#missing = missing;
  }
}
