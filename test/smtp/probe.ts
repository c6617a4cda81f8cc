import { getEventListeners } from 'node:events';
import type { Target } from '@mailprovider/provider/target';
import {
  type AddressPolicy,
  type Credentials,
  createAddressPolicy,
  openSession,
  type Resolver,
  SmtpError,
  type SmtpFailure,
  type SmtpSession,
  type TimeLimits,
} from '@mailprovider/smtp';
import type { Test } from 'tap';
import type { ScriptedPeer } from './scripted-peer.ts';

export const CREDENTIALS: Credentials = { username: 'alice', password: 'correct horse 47' };

/** Long enough for a busy machine to get to the stage under test. */
export const SHORT_DEADLINE_MS = 300;
/** What may pass after a deadline, or before a fault that needs no deadline is told. */
const TOLERANCE_MS = 3_000;

export const LOOPBACK = createAddressPolicy({ allowLoopback: true });

/** A resolver that answers every name with these addresses. */
export function answering(...addresses: readonly string[]): Resolver {
  return {
    resolve: async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  };
}

export interface Attempt {
  readonly target: Partial<Target> & { readonly port: number };
  readonly credentials?: Credentials;
  readonly resolver?: Resolver;
  readonly addressPolicy?: AddressPolicy;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly timeLimits?: TimeLimits;
}

/** Opens a session to a local peer: plain, named `mail.example`, unless the attempt says otherwise. */
export function open(attempt: Attempt): Promise<SmtpSession> {
  const target: Target = {
    host: 'mail.example',
    tlsMode: 'none',
    serverName: 'mail.example',
    verifyCertificate: true,
    ...attempt.target,
  };
  return openSession(target, attempt.credentials, {
    signal: attempt.signal ?? AbortSignal.timeout(attempt.deadlineMs ?? 5_000),
    resolver: attempt.resolver ?? answering('127.0.0.1'),
    addressPolicy: attempt.addressPolicy ?? LOOPBACK,
    monotonicMs: () => performance.now(),
    ...(attempt.timeLimits === undefined ? {} : { timeLimits: attempt.timeLimits }),
  });
}

/** The failure of an attempt, which must come in time. */
export async function failureOf(t: Test, attempt: Attempt): Promise<SmtpFailure | undefined> {
  const started = performance.now();
  const signal = attempt.signal ?? AbortSignal.timeout(attempt.deadlineMs ?? 5_000);
  const error: unknown = await open({ ...attempt, signal }).then(
    (session) => session.close(),
    (reason: unknown) => reason,
  );
  const limit = (attempt.deadlineMs ?? 0) + TOLERANCE_MS;
  t.ok(performance.now() - started < limit, `is told within ${limit} ms`);
  t.equal(getEventListeners(signal, 'abort').length, 0, 'no listener is left on the signal');
  t.type(error, SmtpError);
  return error instanceof SmtpError ? error.failure : undefined;
}

/** Attempts a session with a scripted peer, which must see its connection end. */
export async function failureWith(
  t: Test,
  peer: ScriptedPeer,
  attempt: Omit<Attempt, 'target'> & { readonly target?: Partial<Target> } = {},
): Promise<SmtpFailure | undefined> {
  const failure = await failureOf(t, {
    ...attempt,
    target: { ...attempt.target, port: peer.port },
  });
  t.equal(await peer.ended(), 1, 'the peer sees its one connection end');
  return failure;
}
