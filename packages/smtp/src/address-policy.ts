import { BlockList, isIP, SocketAddress } from 'node:net';
import { CLOUD_METADATA, LOOPBACK, NEVER_A_MAIL_SERVER } from './denied-networks.ts';
import { type Network, parseNetwork } from './network.ts';

/** Decides which addresses may be dialled, after names were resolved. */
export interface AddressPolicy {
  allows(address: string): boolean;
}

/**
 * Denies loopback (unless allowed), link-local, cloud metadata, multicast, unspecified, broadcast
 * and reserved addresses, those of `deniedNetworks` (CIDRs), and whatever is not an IP address.
 *
 * An IPv6 address that holds an IPv4 address is denied with it. Throws a `RangeError` where
 * `deniedNetworks` holds something else than a network.
 */
export function createAddressPolicy(options: {
  readonly allowLoopback: boolean;
  readonly deniedNetworks?: readonly string[];
}): AddressPolicy {
  const { allowLoopback, deniedNetworks = [] } = options;
  const loopback = blockListOf(LOOPBACK);
  const never = blockListOf([...NEVER_A_MAIL_SERVER, ...CLOUD_METADATA]);
  const denied = blockListOf(deniedNetworks);
  const judge = (address: string): boolean => {
    const version = address.includes('%') ? 0 : isIP(address);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const socketAddress = new SocketAddress({ address, family });
    const isIn = (list: BlockList) => list.check(socketAddress);
    if (isIn(denied)) return false;
    // ::1 is within the IPv4-compatible form of 0.0.0.0/8, so loopback comes first.
    return isIn(loopback) ? allowLoopback : !isIn(never);
  };
  return remembering(judge);
}

/** The same few addresses are judged twice in every probe, each time at the cost of 1 % of it. */
const REMEMBERED_MAX = 1_024;

function remembering(judge: (address: string) => boolean): AddressPolicy {
  const judged = new Map<string, boolean>();
  return {
    allows(address) {
      const known = judged.get(address);
      if (known !== undefined) return known;
      if (judged.size >= REMEMBERED_MAX) judged.clear();
      const verdict = judge(address);
      judged.set(address, verdict);
      return verdict;
    },
  };
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    for (const { address, prefix, family } of [network, ...formsWithin(network)]) {
      list.addSubnet(address, prefix, family);
    }
  }
  return list;
}

/** Prefixes of 96 bits that an IPv4 address follows. */
const EMBEDDING_PREFIXES: readonly string[] = [
  // IPv4-mapped (RFC 4291 section 2.5.5.2).
  '::ffff:',
  // IPv4-compatible (section 2.5.5.1), which systems still dial.
  '::',
  // IPv4-translated (RFC 2765).
  '::ffff:0:',
  // NAT64: the well-known prefix (RFC 6052), and the first one for local use (RFC 8215).
  '64:ff9b::',
  '64:ff9b:1::',
];

/** The IPv6 networks of the addresses that hold one of an IPv4 network. */
function formsWithin({ address, prefix, family }: Network): readonly Network[] {
  if (family === 'ipv6') return [];
  const following = EMBEDDING_PREFIXES.map(
    (start): Network => ({ address: `${start}${address}`, prefix: 96 + prefix, family: 'ipv6' }),
  );
  return [...following, sixToFour(address, prefix)];
}

/** 6to4 (RFC 3056): the IPv4 address stands behind the first 16 bits. */
function sixToFour(address: string, prefix: number): Network {
  const [high, low] = hexadecimalHalves(address);
  return { address: `2002:${high}:${low}::`, prefix: 16 + prefix, family: 'ipv6' };
}

function hexadecimalHalves(ipv4: string): readonly [string, string] {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}
