import {
  type FallbackJudgement,
  judgeFallbacks,
  type NamedWrite,
} from '@mailprovider/provider/fallbacks/judge-fallbacks';
import type { MailProvider } from '@mailprovider/provider/mail-provider';

export interface FallbackDeps {
  /** All stored providers, from the store and not from a cache. */
  listProviders(): Promise<readonly MailProvider[]>;
  /** Told why the API server could not be asked; the denial says only that it could not. */
  failed(error: unknown): void;
}

const UNKNOWN: FallbackJudgement = {
  errors: [
    {
      kind: 'forbidden',
      path: 'spec.fallbacks',
      detail: 'whether one leads back to this provider could not be found out; try again',
    },
  ],
  warnings: [],
};

/**
 * Judges the fallbacks of a write by the providers that are stored now. Of two writes at once each may
 * be admitted without the other, so a circle can be stored all the same; the route of a mail ends
 * where one closes.
 */
export async function judgeByStored(
  write: NamedWrite,
  deps: FallbackDeps,
): Promise<FallbackJudgement> {
  try {
    return judgeFallbacks(write, await deps.listProviders());
  } catch (error) {
    deps.failed(error);
    return UNKNOWN;
  }
}
