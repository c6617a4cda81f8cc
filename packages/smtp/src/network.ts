import { isIP } from 'node:net';

/** A range of addresses in CIDR notation. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

const PREFIX = /^\d{1,3}$/;

/**
 * Reads a network such as `10.244.0.0/16` or `fd00:10:244::/56` (RFC 4632, RFC 4291); bits behind
 * the prefix are ignored. Throws a `RangeError` that names what is wrong.
 */
export function parseNetwork(text: string): Network {
  const [address = '', prefix, ...more] = text.trim().split('/');
  const wrong = (what: string) => new RangeError(`"${text}" is no network: ${what}`);
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0) throw wrong(`"${address}" is not an IP address`);
  const bits = version === 4 ? 32 : 128;
  const example = version === 4 ? '10.244.0.0/16' : 'fd00:10:244::/56';
  if (prefix === undefined) throw wrong(`write it with the length of its prefix, as in ${example}`);
  if (more.length > 0 || !PREFIX.test(prefix) || Number(prefix) > bits) {
    throw wrong(`the length of its prefix must be a number from 0 to ${bits}, as in ${example}`);
  }
  return { address, prefix: Number(prefix), family: version === 4 ? 'ipv4' : 'ipv6' };
}
