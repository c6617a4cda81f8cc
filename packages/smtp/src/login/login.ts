import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { endpoint, type Target } from '@mailprovider/provider/target';

/** What one login is tried with; a login with anything else is another one. */
export type Login = Pick<AuthSuspension, 'target' | 'user' | 'secretVersion'>;

export function loginOf(
  { host, port, authMethod }: Target,
  user: string,
  secretVersion: string,
): Login {
  const server = endpoint({ host: host.replace(/\.$/, '').toLowerCase(), port });
  return { target: authMethod ? `${server} (${authMethod})` : server, user, secretVersion };
}

/** The same for the same login only. */
export function keyOf({ target, user, secretVersion }: Login): string {
  return JSON.stringify([target, user, secretVersion]);
}
