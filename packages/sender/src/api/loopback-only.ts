import { BlockList, isIP } from 'node:net';
import { type BindAddress, StartupError } from '@mailprovider/process';
import type { Authenticate } from './authentication.ts';

/** IPv6 has every IPv4 address too (`::ffff:127.0.0.1`). */
const loopback6 = new BlockList();
loopback6.addAddress('::1', 'ipv6');
loopback6.addSubnet('127.0.0.0', 8, 'ipv4');

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  switch (isIP(host)) {
    case 4:
      return host.startsWith('127.');
    case 6:
      return loopback6.check(host, 'ipv6');
    default:
      return host.toLowerCase() === 'localhost';
  }
}

/**
 * Sees to it that without tokens only programs of this machine can submit.
 *
 * Throws `StartupError` naming the flags.
 */
export function requireLoopback({ host }: BindAddress): void {
  if (isLoopback(host)) return;
  throw new StartupError(
    `--bind-address: whoever reaches ${host} could send mail; set --token-review or --token-file, or listen on 127.0.0.1`,
  );
}

function hostOf(header: string): string | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::\d{1,5})?$/.exec(header);
  return match?.[1] ?? match?.[2];
}

/**
 * Lets in who calls without a token, but no web page: what a browser sends for a page has an
 * Origin, or, where the page's own name resolves to this machine (DNS rebinding), that name as Host.
 */
export const loopbackAuthenticator: Authenticate = ({ host, origin }) => {
  if (origin !== undefined) {
    return { kind: 'forbidden', message: 'web pages may not submit mail; call without Origin' };
  }
  const name = host === undefined ? undefined : hostOf(host);
  if (name === undefined || !isLoopback(name)) {
    const message = 'must be called as localhost, 127.0.0.1 or [::1], as there is no token';
    return { kind: 'forbidden', message };
  }
  return { kind: 'authenticated' };
};
