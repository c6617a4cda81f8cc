import { once } from 'node:events';
import { isIP, Socket } from 'node:net';
import type { Target } from '@mailprovider/provider/target';
import { abortCause, untilAborted } from './abort.ts';
import type { AddressPolicy } from './address-policy.ts';
import { SessionFault } from './failure.ts';
import type { ResolvedAddress, Resolver } from './resolver.ts';
import type { SessionRecorder } from './session-recorder.ts';
import { errorCode, socketFault } from './socket-fault.ts';
import type { TimeLimits } from './transaction/time-limits.ts';

/** What a session needs from outside. */
export interface SessionDeps {
  /** The only clock: opening ends when it aborts, with reason Timeout if its reason is a TimeoutError. */
  readonly signal: AbortSignal;
  readonly resolver: Resolver;
  readonly addressPolicy: AddressPolicy;
  /** Is waited for when the session has come to AUTH; if it rejects, the session ends by that. */
  beforeLogin?(): Promise<void>;
  /** Milliseconds from some fixed moment, never going back: times the steps. */
  monotonicMs(): number;
  /** Of the transactions of the open session; by default those of RFC 5321. */
  readonly timeLimits?: TimeLimits;
}

/**
 * How long one of several addresses may take. Node gives an attempt up instead of racing it, so this
 * is longer than a round trip over a satellite (0.6 s); the last address has all the time left.
 */
const ATTEMPT_LIMIT_MS = 1_000;

type Allowed = readonly [ResolvedAddress, ...ResolvedAddress[]];

const NO_SUCH_HOST: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/** Resolves the target's host, keeps the addresses the policy allows and connects to one of them. */
export async function dial(
  target: Target,
  deps: SessionDeps,
  recorder: SessionRecorder,
): Promise<Socket> {
  const addresses = await recorder.during('dns', () => allowedAddresses(target.host, deps));
  return recorder.during('connect', () => connectToOneOf(addresses, target, deps, recorder));
}

async function allowedAddresses(
  host: string,
  { signal, resolver, addressPolicy }: SessionDeps,
): Promise<Allowed> {
  const found = await untilAborted(signal, resolve(host, resolver, signal));
  if (found.length === 0) throw new SessionFault('HostNotFound');
  const [first, ...others] = found.filter(({ address }) => addressPolicy.allows(address));
  if (first === undefined) throw new SessionFault('AddressNotAllowed');
  return [first, ...others];
}

async function resolve(
  host: string,
  resolver: Resolver,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  try {
    return await resolver.resolve(host, signal);
  } catch (error) {
    if (signal.aborted) throw abortCause(signal);
    throw new SessionFault(NO_SUCH_HOST.has(errorCode(error)) ? 'HostNotFound' : 'DnsFailed');
  }
}

async function connectToOneOf(
  addresses: Allowed,
  { host, port }: Target,
  { signal, addressPolicy }: SessionDeps,
  recorder: SessionRecorder,
): Promise<Socket> {
  const socket = new Socket().setNoDelay(true);
  socket.on('connectionAttempt', (address: string) => recorder.note({ address }));
  const [first, ...others] = addresses;
  socket.connect({
    // Node dials a literal without asking `lookup`, so it is given the one the policy has judged.
    host: isIP(host) === 0 && others.length > 0 ? host : first.address,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_LIMIT_MS,
    lookup: (_host, _options, callback) => callback(null, [...addresses]),
  });
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? abortCause(signal) : socketFault(error, 'HostUnreachable');
  }
  try {
    requireAllowed(socket.remoteAddress, addressPolicy);
    return socket;
  } catch (fault) {
    socket.destroy();
    throw fault;
  }
}

/** Whatever lies between the judgement and the kernel, the address that answered is the one that counts. */
function requireAllowed(address: string | undefined, addressPolicy: AddressPolicy): void {
  if (address === undefined) throw new SessionFault('ConnectionClosed');
  if (!addressPolicy.allows(address)) throw new SessionFault('AddressNotAllowed');
}
