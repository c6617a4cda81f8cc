import type { Lease, LeaseContent } from './leases.ts';

/** Who writes a Lease of a leader, and for how long it stands without a renewal. */
export interface LeaseHolder {
  readonly identity: string;
  readonly leaseDurationMs: number;
}

/** A Lease that is taken; `over` is the one of before. */
export function takenContent(
  { identity, leaseDurationMs }: LeaseHolder,
  over: Lease | undefined,
  now: Date,
): LeaseContent {
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
    acquireTime: now,
    renewTime: now,
    leaseTransitions: over === undefined ? 0 : (over.spec.leaseTransitions ?? 0) + 1,
  };
}

/** A Lease of ours that goes on; a new one if it was deleted. */
export function renewedContent(
  holder: LeaseHolder,
  ours: Lease | undefined,
  now: Date,
): LeaseContent {
  const anew = takenContent(holder, undefined, now);
  if (ours === undefined) return anew;
  const { acquireTime, leaseTransitions } = ours.spec;
  return {
    ...anew,
    acquireTime: acquireTime ? new Date(acquireTime) : now,
    leaseTransitions: leaseTransitions ?? 0,
  };
}

/** A Lease of ours that anybody may take from now on, written as client-go does. */
export function releasedContent(holder: LeaseHolder, ours: Lease, now: Date): LeaseContent {
  const renewed = renewedContent(holder, ours, now);
  return { ...renewed, holderIdentity: '', leaseDurationSeconds: 1 };
}
