/**
 * The right to become the default, taken by a write that sets `default: true` before it is stored.
 *
 * Admission cannot know whether the write it admits will be stored, so a claim stands until there is
 * evidence of that (it is *spent*), or until no write of its time can be under way any more.
 */
export interface Claim {
  /** Name of the provider that is to become the default. */
  readonly holder: string;
  readonly uid: string;
  readonly operation: 'CREATE' | 'UPDATE';
  /** Version of the old object of an update; empty for a create. */
  readonly resourceVersion: string;
  /** Milliseconds since 1970 by the clock of the API server. */
  readonly takenAt: number;
  /** Taken over an unspent claim of the same holder: of the earlier write there will be no evidence. */
  readonly retaken: boolean;
  /** An object of that uid was seen stored; it may be gone by now. */
  readonly seen: boolean;
}

/** The write that wants to become the default. */
export type ClaimRequest = Pick<Claim, 'holder' | 'uid' | 'operation' | 'resourceVersion'>;

/** A stored provider as evidence, read after the claim was. */
export interface StoredVersion {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface ClaimSituation {
  /** The claim that is stored, if there is one. */
  readonly claim: Claim | undefined;
  readonly stored: readonly StoredVersion[];
  /** Milliseconds since 1970 by the clock of the API server. */
  readonly now: number;
  /** Age at which a claim is spent; longer than any write may last at the API server. */
  readonly ttlMs: number;
}

export type ClaimDecision =
  /** Store this claim, if the stored one is still the one that was read; else decide again. */
  | { readonly outcome: 'take'; readonly claim: Claim }
  /** Another provider may be becoming the default. */
  | { readonly outcome: 'wait'; readonly holder: string; readonly waitMs: number };

/** Whether the write of a claim was stored for sure, or can be stored no more. */
function hasEvidence(claim: Claim, stored: readonly StoredVersion[]): boolean {
  if (claim.retaken) return false;
  switch (claim.operation) {
    case 'CREATE':
      return claim.seen || stored.some(({ uid }) => uid === claim.uid);
    case 'UPDATE':
      // The store writes over exactly that version, and asks admission again for any other.
      return !stored.some(
        ({ name, uid, resourceVersion }) =>
          name === claim.holder && uid === claim.uid && resourceVersion === claim.resourceVersion,
      );
  }
}

/**
 * Decides whether a write may take the claim to be the default. Pure.
 *
 * The caller stores a taken claim by compare-and-swap over the version it read, also when the holder
 * stays the same, and lists the providers once more after that.
 */
export function decideClaim(request: ClaimRequest, situation: ClaimSituation): ClaimDecision {
  const { claim, stored, now, ttlMs } = situation;
  const ageMs = claim === undefined ? 0 : now - claim.takenAt;
  const spent = claim === undefined || ageMs > ttlMs || hasEvidence(claim, stored);
  if (!spent && claim.holder !== request.holder) {
    return { outcome: 'wait', holder: claim.holder, waitMs: ttlMs - ageMs };
  }
  const { holder, uid, operation, resourceVersion } = request;
  const taken = { holder, uid, operation, resourceVersion, takenAt: now };
  return { outcome: 'take', claim: { ...taken, retaken: !spent, seen: false } };
}
