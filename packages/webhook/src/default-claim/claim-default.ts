import { ApiError, type DefaultClaims } from '@mailprovider/kube';
import { type ClaimRequest, decideClaim } from '@mailprovider/provider/default/claim';
import { singleDefaultError } from '@mailprovider/provider/default/single-default';
import type { FieldError } from '@mailprovider/provider/field-error';
import { DEFAULT_CLAIM_LEASE } from '@mailprovider/provider/identity';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { ClaimOutcome } from './claim-outcome.ts';

export interface ClaimDeps {
  readonly claims: Pick<DefaultClaims, 'read' | 'write'>;
  /** All stored providers, from the store and not from a cache. */
  listProviders(): Promise<readonly MailProvider[]>;
  /** Where the Lease of the claim is. */
  readonly leaseNamespace: string;
  /** Age in milliseconds at which a claim is spent. */
  readonly ttlMs: number;
  /** Told why the API server could not be asked; the denial says only that it could not. */
  failed(error: unknown): void;
  /** Told how each request fared, for the metrics. */
  claimed(outcome: ClaimOutcome): void;
}

export interface ClaimResult {
  readonly outcome: ClaimOutcome;
  /** Why the write may not become the default. */
  readonly error?: FieldError;
}

function forbidden(detail: string): FieldError {
  return { kind: 'forbidden', path: 'spec.default', detail };
}

function waitError(holder: string, waitMs: number): FieldError {
  const seconds = Math.floor(waitMs / 1000) + 1;
  return forbidden(
    `only one MailProvider can be the default, and "${holder}" may be becoming it; try again, at the latest in ${seconds} s`,
  );
}

function unreadableError(leaseNamespace: string): FieldError {
  return forbidden(
    `the Lease "${leaseNamespace}/${DEFAULT_CLAIM_LEASE}" does not hold a claim; delete it while nobody sets default: true`,
  );
}

const NAMELESS = forbidden('a MailProvider without a name or uid cannot become the default');
const UNAVAILABLE = forbidden(
  'whether another MailProvider is the default could not be found out; try again',
);

/**
 * Takes the claim to be the default, so that of all writes under way one at most can be admitted.
 *
 * Reads the claim, then lists the providers (evidence must be younger than the claim), swaps the
 * claim, and lists once more for a default that came in between. A lost swap begins anew. With
 * `take` false it decides the same and stores nothing.
 */
export async function claimDefault(
  request: ClaimRequest,
  take: boolean,
  deps: ClaimDeps,
  signal: AbortSignal,
): Promise<ClaimResult> {
  if (request.holder === '' || request.uid === '') {
    return { outcome: 'unavailable', error: NAMELESS };
  }
  const result = await claimUntilDecided(request, take, deps, signal).catch((error: unknown) => {
    deps.failed(error);
    return { outcome: 'unavailable', error: UNAVAILABLE } as const;
  });
  deps.claimed(result.outcome);
  return result;
}

async function claimUntilDecided(
  request: ClaimRequest,
  take: boolean,
  deps: ClaimDeps,
  signal: AbortSignal,
): Promise<ClaimResult> {
  for (;;) {
    const result = await tryToClaim(request, take, deps, signal);
    if (result !== 'lost') return result;
  }
}

async function tryToClaim(
  request: ClaimRequest,
  take: boolean,
  deps: ClaimDeps,
  signal: AbortSignal,
): Promise<ClaimResult | 'lost'> {
  const { claims, listProviders, ttlMs } = deps;
  const { claim, lease, now } = await claims.read();
  const providers = await listProviders();
  const other = singleDefaultError(request.holder, providers);
  if (other !== undefined) return { outcome: 'other_default', error: other };
  if (claim === 'unreadable')
    return { outcome: 'unavailable', error: unreadableError(deps.leaseNamespace) };
  const stored = providers.map(({ metadata }) => metadata);
  const decision = decideClaim(request, { claim, stored, now, ttlMs });
  if (decision.outcome === 'wait') {
    return { outcome: 'other_claim', error: waitError(decision.holder, decision.waitMs) };
  }
  if (!take) return { outcome: 'not_taken' };
  // Too late to be admitted, and a claim now would only block others.
  signal.throwIfAborted();
  try {
    await claims.write(decision.claim, { claim, lease });
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'conflict') return 'lost';
    throw error;
  }
  const late = singleDefaultError(request.holder, await listProviders());
  if (late !== undefined) return { outcome: 'other_default', error: late };
  return { outcome: decision.claim.retaken ? 'retaken' : 'taken' };
}
