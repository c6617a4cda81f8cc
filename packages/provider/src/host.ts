import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
/** Resolvers read `127.1`, `0x7f.1` and `2130706433` as IPv4 addresses; only four decimal parts are meant as one. */
const LOOKS_LIKE_ADDRESS = /^(\d+|0x[0-9a-f]*)$/i;

function namedMistake(host: string): string | undefined {
  if (/\s/.test(host)) return 'must not contain spaces';
  if (host.includes('://')) return 'must be a host name or IP address without a scheme';
  if (host.includes('@')) return 'must not contain a user name';
  if (host.includes('/')) return 'must not contain a path';
  if (host.includes('%')) return 'must not contain an address zone';
  if (host.startsWith('[')) return 'must be written without brackets';
  if (/^[^:]*:\d*$/.test(host)) return 'must not contain a port';
  return undefined;
}

function asciiHint(host: string): string {
  const ascii = domainToASCII(host);
  return ascii !== '' && ascii !== host.toLowerCase() ? `; write it as "${ascii}"` : '';
}

/**
 * Says why `host` cannot be dialled, or nothing when it can.
 *
 * Accepts a DNS name of LDH labels (RFC 1123, plus the underscore that internal names use, with or
 * without the final dot), an IPv4 address in four decimal parts, or an IPv6 address without brackets.
 */
export function hostProblem(host: string): string | undefined {
  if (isIP(host) !== 0 && !host.includes('%')) return undefined;
  const mistake = namedMistake(host);
  if (mistake !== undefined) return mistake;
  if (host.includes(':')) return 'must be a valid IPv6 address';
  const labels = (host.endsWith('.') ? host.slice(0, -1) : host).split('.');
  if (LOOKS_LIKE_ADDRESS.test(labels.at(-1) ?? '')) return 'must be a valid IPv4 address';
  if (!labels.every((label) => LABEL.test(label))) {
    return `must be a host name or IP address${asciiHint(host)}`;
  }
  return undefined;
}
