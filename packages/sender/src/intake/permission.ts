import { fallbacksOf } from '@mailprovider/provider/fallbacks/fallbacks-of';
import { routeOf } from '@mailprovider/provider/fallbacks/route-of';
import type { ProviderSource } from '../ports.ts';
import { authorizationUnavailable, providerForbidden, type Refused } from '../refusals.ts';
import type { SubmitOptions } from '../sender.ts';

/** Why a caller may not use a provider and all that its mail may come to; nothing if it may. */
export async function refusalOf(
  provider: string,
  providers: Pick<ProviderSource, 'get'>,
  { mayUse }: Pick<SubmitOptions, 'mayUse'>,
): Promise<Refused | undefined> {
  if (mayUse === undefined) return undefined;
  const permission = await mayUse(
    routeOf(provider, (name) => fallbacksOf(providers.get(name)?.spec)),
  );
  switch (permission.kind) {
    case 'allowed':
      return undefined;
    case 'denied':
      return providerForbidden(provider, permission.provider);
    case 'unknown':
      return authorizationUnavailable(permission.why);
  }
}
