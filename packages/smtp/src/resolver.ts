import { lookup } from 'node:dns/promises';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface Resolver {
  /**
   * Finds the addresses of a host, the preferred first.
   *
   * Throws an error whose `code` is a DNS code; `ENOTFOUND` and `ENODATA` mean that there is no
   * address. The session stops waiting when `signal` aborts, whether the work can be stopped or not.
   */
  resolve(host: string, signal: AbortSignal): Promise<readonly ResolvedAddress[]>;
}

/** Asks the operating system: its hosts file, its name servers, its order; an IP literal is its own answer. */
export function systemResolver(): Resolver {
  return {
    async resolve(host) {
      const found = await lookup(host, { all: true, verbatim: true });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    },
  };
}
