import type { Option } from 'commander';
import type { EngineFlags } from './engine-config.ts';

/** What the flags of each engine begin with. */
const PREFIXES = { lmdb: '--data-', nats: '--nats-' } as const;

/** A scheme, a login and a host with its port; what else has an "@" or a "/" may show a password. */
const ADDRESS = /^(?:[a-z]+:\/\/)?(?:[^/@\s]+@)?[^/@\s]+\/?$/i;

function isAddress(server: string): boolean {
  try {
    decodeURIComponent(server);
    return ADDRESS.test(server);
  } catch {
    return false;
  }
}

function addressFault(servers: readonly string[]): string | undefined {
  const index = servers.findIndex((server) => !isAddress(server));
  if (index < 0) return undefined;
  return `--nats-servers: address ${index + 1} must be such as nats://nats.messaging:4222; write "/", "@" and "%" of a password as %2F, %40 and %25`;
}

function certificateFault({ natsCertFile, natsKeyFile }: EngineFlags): string | undefined {
  if ((natsCertFile === undefined) === (natsKeyFile === undefined)) return undefined;
  const [given, missing] =
    natsKeyFile === undefined
      ? ['--nats-cert-file', '--nats-key-file']
      : ['--nats-key-file', '--nats-cert-file'];
  return `${given} needs ${missing}`;
}

/**
 * Why the flags of the engines cannot work together, naming them; nothing if they can. Shows no value,
 * since one may hold a password. `given` are those that were set.
 */
export function engineFault(flags: EngineFlags, given: readonly Option[]): string | undefined {
  const { engine } = flags;
  const other = engine === 'lmdb' ? 'nats' : 'lmdb';
  const foreign = given.find(({ long }) => long?.startsWith(PREFIXES[other]));
  if (foreign !== undefined)
    return `${foreign.long} is for --engine=${other}; set that, or leave it out`;
  return engine === 'nats'
    ? (addressFault(flags.natsServers) ?? certificateFault(flags))
    : undefined;
}
