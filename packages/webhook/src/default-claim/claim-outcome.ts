/** How a write that newly sets `default: true` fared. */
export const CLAIM_OUTCOMES = [
  'taken',
  /** Taken anew by the holder of an unspent claim. */
  'retaken',
  /** Another provider is the default. */
  'other_default',
  /** Another provider may be becoming the default. */
  'other_claim',
  /** It could be taken, were this no dry run and the object without fault. */
  'not_taken',
  /** The API server did not answer, or the Lease holds no claim. */
  'unavailable',
] as const;

export type ClaimOutcome = (typeof CLAIM_OUTCOMES)[number];
