import { StoreError, type StoreFault } from '../store/mail-store.ts';

/** Why NATS gave no answer. */
export type CallFault =
  /** Nothing was sent. */
  | 'unreachable'
  /** What was asked for may have been done. */
  | 'unanswered'
  /** Nobody serves the subject: no such stream, no leader, or no JetStream. */
  | 'no-responders'
  /** The user may not use the subject. */
  | 'denied'
  /** The server takes no message of that size. */
  | 'too-large'
  | 'closed';

export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly fault: CallFault;

  constructor(fault: CallFault, options?: ErrorOptions) {
    super(`NATS call failed: ${fault}`, options);
    this.fault = fault;
  }
}

/** JetStream answered with an error (`err_code`). */
export class JetStreamRefusal extends Error {
  override readonly name = 'JetStreamRefusal';
  readonly code: number;
  /** Whether a stream has as many messages as it may. */
  readonly isFull: boolean;

  constructor(code: number, description: string) {
    super(`JetStream refused with error ${code}`);
    this.code = code;
    this.isFull = code === STORE_FAILED && description === 'maximum messages exceeded';
  }
}

export const UNAVAILABLE = 10_008;
export const STREAM_NOT_FOUND = 10_059;
export const MESSAGE_NOT_FOUND = 10_037;
export const NAME_IN_USE = 10_058;
const STORE_FAILED = 10_077;
const WRONG_LAST_SEQUENCES = [10_071, 10_164];

/** Storage, memory or the limits of the account are used up. */
const NO_ROOM = [10_023, 10_028, 10_047, 10_122, STORE_FAILED];
/** The account, or the server, has none. */
const NO_JETSTREAM = [10_039, 10_076];
/** Too few servers, or a server that is not one of a cluster. */
const NO_REPLICAS = [10_005, 10_074];

const ADVICE: Record<CallFault, string> = {
  unreachable: 'cannot be reached; check that it runs, the address, and the network policy',
  unanswered: 'did not answer, and may have done what was asked; check that it runs',
  'no-responders': 'has no JetStream that answers; enable it, and check that a majority runs',
  denied: 'denies this user what the store needs; grant the permissions that the manual lists',
  'too-large': 'takes no message of that size; raise max_payload of the server',
  closed: 'was closed',
};

export function isRefusal(error: unknown, code: number): boolean {
  return error instanceof JetStreamRefusal && error.code === code;
}

/** Somebody else was first. */
export function isWrongLastSequence(error: unknown): boolean {
  return error instanceof JetStreamRefusal && WRONG_LAST_SEQUENCES.includes(error.code);
}

/** Whether the same call may succeed within seconds, as while a leader is elected. */
export function isPassing(error: unknown): boolean {
  if (error instanceof CallFailure) {
    return error.fault === 'unanswered' || error.fault === 'no-responders';
  }
  return isRefusal(error, UNAVAILABLE);
}

/** What a failure means for the store; `servers` are addresses without credentials. */
export function storeFailure(servers: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const [fault, advice] = judged(error);
  return new StoreError(fault, `NATS at ${servers} ${advice}`, { cause: error });
}

function judged(error: unknown): readonly [StoreFault, string] {
  if (error instanceof CallFailure) return ['StoreUnavailable', ADVICE[error.fault]];
  if (!(error instanceof JetStreamRefusal)) {
    return ['StoreUnavailable', 'gave an answer that cannot be read; check its version'];
  }
  const { code } = error;
  if (NO_ROOM.includes(code)) {
    return ['StoreFull', `has no room (error ${code}); raise the limits of JetStream or its disk`];
  }
  if (NO_JETSTREAM.includes(code)) {
    return ['StoreUnavailable', `has no JetStream for this user (error ${code}); enable it`];
  }
  if (NO_REPLICAS.includes(code)) {
    return [
      'StoreUnavailable',
      `has too few servers for the replicas that are set (error ${code}); add servers or lower them`,
    ];
  }
  return ['StoreUnavailable', `refused (error ${code}); look that up in the log of the server`];
}
