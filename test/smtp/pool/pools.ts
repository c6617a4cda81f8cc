import { systemClock } from '@mailprovider/process';
import { SessionPool, type SessionPoolOptions } from '@mailprovider/smtp';
import type { Test } from 'tap';
import { open } from '../probe.ts';
import { greetAndOffer, type ScriptedPeer, type Step, scriptedPeer } from '../scripted-peer.ts';
import { PATIENCE } from '../transaction/sending.ts';

export interface PoolAndPeer {
  readonly pool: SessionPool;
  readonly peer: ScriptedPeer;
}

/** A pool of sessions to a peer that takes `steps` after EHLO, in each connection anew. */
export async function poolTo(
  t: Test,
  steps: readonly Step[],
  options: Partial<SessionPoolOptions> = {},
): Promise<PoolAndPeer> {
  const peer = await scriptedPeer(t, [...greetAndOffer('PIPELINING'), ...steps]);
  const target = { port: peer.port };
  const pool = new SessionPool({
    open: (signal) => open({ target, signal, timeLimits: PATIENCE }),
    maxConnections: 2,
    idleTimeoutMs: 60_000,
    clock: systemClock,
    ...options,
  });
  t.teardown(() => pool.abort());
  return { pool, peer };
}

/** Takes messages, each connection for itself, as `play` says: given the number of the connection. */
export function eachConnection(play: (connection: number) => Step): Step {
  let connections = 0;
  return (wire) => play(++connections)(wire);
}
