import { BlockList, isIP } from 'node:net';

/** Decides which addresses may be dialled, after names were resolved. */
export interface AddressPolicy {
  allows(address: string): boolean;
}

type Subnet = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

const LOOPBACK: readonly Subnet[] = [
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
];
/** Unspecified, link-local (where clouds keep their metadata service), multicast, broadcast. */
const NEVER_A_MAIL_SERVER: readonly Subnet[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['255.255.255.255', 32, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

/**
 * Denies loopback (unless allowed), link-local, multicast, unspecified and broadcast addresses,
 * and whatever is not an IP address. IPv4-mapped IPv6 addresses are judged as IPv4.
 */
export function createAddressPolicy(options: { readonly allowLoopback: boolean }): AddressPolicy {
  const denied = new BlockList();
  const subnets = options.allowLoopback
    ? NEVER_A_MAIL_SERVER
    : [...LOOPBACK, ...NEVER_A_MAIL_SERVER];
  for (const [network, prefix, family] of subnets) denied.addSubnet(network, prefix, family);
  return { allows: (address) => isAllowed(denied, address) };
}

function isAllowed(denied: BlockList, address: string): boolean {
  if (address.includes('%')) return false;
  switch (isIP(address)) {
    case 4:
      return !denied.check(address, 'ipv4');
    case 6:
      return !denied.check(address, 'ipv6');
    default:
      return false;
  }
}
