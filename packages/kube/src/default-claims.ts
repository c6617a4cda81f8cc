import type { Claim } from '@mailprovider/provider/default/claim';
import { DEFAULT_CLAIM_LEASE } from '@mailprovider/provider/identity';
import { z } from 'zod';
import type { Lease, LeaseContent, Leases } from './leases.ts';
import type { WatchContext } from './list-watch.ts';

/** The claim as it was read; a write is made over exactly this version. */
export interface ClaimReading {
  /** `unreadable`: the Lease is there and holds no claim of ours. */
  readonly claim: Claim | 'unreadable' | undefined;
  /** What is written over; opaque to others. */
  readonly lease: Lease | undefined;
}

/** The provider that has claimed to be the default, if one has. */
export function holderOf({ claim }: ClaimReading): string | undefined {
  return claim === undefined || claim === 'unreadable' ? undefined : claim.holder;
}

/** The one claim to be the default, kept in a Lease. */
export interface DefaultClaims {
  /** Reads the claim and the API server's clock, in milliseconds since 1970 but whole seconds. */
  read(): Promise<ClaimReading & { readonly now: number }>;
  /** Compare-and-swap; throws `ApiError` "conflict" if the claim is no longer the one that was read. */
  write(claim: Claim, over: ClaimReading): Promise<void>;
  /** Tells the claim now and at each change until the signal of the context aborts. */
  watch(changed: (reading: ClaimReading) => void, context: WatchContext): Promise<void>;
}

/** Each annotation is one field of the claim, for people who describe the Lease. */
const ANNOTATION = {
  uid: 'mailprovider.io/claim-uid',
  operation: 'mailprovider.io/claim-operation',
  resourceVersion: 'mailprovider.io/claim-resource-version',
  retaken: 'mailprovider.io/claim-retaken',
  seen: 'mailprovider.io/claim-seen',
} as const;

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const claimSchema = z.object({
  holder: z.string().min(1),
  takenAt: z.iso.datetime().transform((text) => Date.parse(text)),
  uid: z.string(),
  operation: z.enum(['CREATE', 'UPDATE']),
  resourceVersion: z.string(),
  retaken: flag,
  seen: flag,
});

function claimOf({ spec, metadata }: Lease): Claim | 'unreadable' {
  const annotation = (field: keyof typeof ANNOTATION) => metadata.annotations?.[ANNOTATION[field]];
  const parsed = claimSchema.safeParse({
    holder: spec.holderIdentity,
    takenAt: spec.renewTime,
    uid: annotation('uid'),
    operation: annotation('operation'),
    resourceVersion: annotation('resourceVersion'),
    retaken: annotation('retaken'),
    seen: annotation('seen'),
  });
  return parsed.success ? parsed.data : 'unreadable';
}

function readingOf(lease: Lease | undefined): ClaimReading {
  return { lease, claim: lease === undefined ? undefined : claimOf(lease) };
}

function contentOf(claim: Claim, over: Lease | undefined, ttlMs: number | undefined): LeaseContent {
  const takenAt = new Date(claim.takenAt);
  return {
    holderIdentity: claim.holder,
    leaseDurationSeconds:
      ttlMs === undefined ? (over?.spec.leaseDurationSeconds ?? 1) : Math.ceil(ttlMs / 1000),
    acquireTime: takenAt,
    renewTime: takenAt,
    // Counts every write: one that changed nothing would get no version, and two writers would win.
    leaseTransitions: (over?.spec.leaseTransitions ?? 0) + 1,
    annotations: {
      [ANNOTATION.uid]: claim.uid,
      [ANNOTATION.operation]: claim.operation,
      [ANNOTATION.resourceVersion]: claim.resourceVersion,
      [ANNOTATION.retaken]: String(claim.retaken),
      [ANNOTATION.seen]: String(claim.seen),
    },
  };
}

/**
 * Keeps the claim in the Lease `mailprovider-default-claim`. `ttlMs` is told in it for people; who
 * takes no claim has none, and leaves what is told.
 */
export function defaultClaims(leases: Leases, ttlMs?: number): DefaultClaims {
  return {
    async read() {
      const { lease, now } = await leases.read(DEFAULT_CLAIM_LEASE);
      return { ...readingOf(lease), now: now.getTime() };
    },
    async write(claim, { lease }) {
      await leases.write(DEFAULT_CLAIM_LEASE, contentOf(claim, lease, ttlMs), lease);
    },
    watch: (changed, context) =>
      leases.watch(
        DEFAULT_CLAIM_LEASE,
        {
          replaced: (all) => changed(readingOf(all[0])),
          stored: (lease) => changed(readingOf(lease)),
          deleted: () => changed(readingOf(undefined)),
        },
        context,
      ),
  };
}
