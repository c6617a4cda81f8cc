import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type Bundle, stillRetired } from './bundle.ts';
import { endOf, isValidAt, parseCertificate } from './key-pair.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A certificate is renewed when less than this part of its life is left. */
const RENEWAL_PART = 1 / 3;

/** How long new certificates last, in days. */
export interface Lifetimes {
  readonly authorityDays: number;
  readonly leafDays: number;
}

export interface RenewalContext {
  readonly now: Date;
  readonly lifetimes: Lifetimes;
  /** DNS names and IP addresses that the leaf has to cover. */
  readonly names: readonly string[];
  /** Whether every client is known to trust `next` by now. */
  readonly nextIsTrusted: boolean;
}

/**
 * The one thing to do next:
 * - `start-over`: a new authority and leaf at once, since no former one can be trusted any more;
 * - `announce-authority`: a next authority that is trusted and signs nothing yet;
 * - `promote-authority`: the next authority takes over and signs a new leaf;
 * - `issue-leaf`: a new leaf of the same authority;
 * - `forget-retired`: former authorities whose leaves have all ended.
 */
export type RenewalStep =
  | 'none'
  | 'start-over'
  | 'announce-authority'
  | 'promote-authority'
  | 'issue-leaf'
  | 'forget-retired';

function isDue(certificate: X509Certificate, days: number, now: Date): boolean {
  const leftMs = endOf(certificate).getTime() - now.getTime();
  return leftMs <= RENEWAL_PART * days * DAY_MS;
}

function covers(certificate: X509Certificate, name: string): boolean {
  const covered = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  return covered !== undefined;
}

function leafIsDue(bundle: Bundle, authority: X509Certificate, context: RenewalContext): boolean {
  const leaf = parseCertificate(bundle.leaf?.certificatePem);
  if (leaf === undefined || !isValidAt(leaf, context.now)) return true;
  if (!context.names.every((name) => covers(leaf, name))) return true;
  // A leaf ends with its authority at the latest: a new one would last no longer than that.
  const canLastLonger = endOf(leaf) < endOf(authority);
  return canLastLonger && isDue(leaf, context.lifetimes.leafDays, context.now);
}

/** Decides what is due. Pure: the bundle is what is stored, not what is wished. */
export function decideRenewal(bundle: Bundle | undefined, context: RenewalContext): RenewalStep {
  const { now, lifetimes, nextIsTrusted } = context;
  const authority = parseCertificate(bundle?.authority.certificatePem);
  if (bundle === undefined || authority === undefined) return 'start-over';
  const next = parseCertificate(bundle.next?.certificatePem);
  const nextIsValid = next !== undefined && isValidAt(next, now);
  if (!isValidAt(authority, now)) return nextIsValid ? 'promote-authority' : 'start-over';
  if (nextIsValid && nextIsTrusted) return 'promote-authority';
  if (leafIsDue(bundle, authority, context)) return 'issue-leaf';
  if (!nextIsValid && isDue(authority, lifetimes.authorityDays, now)) return 'announce-authority';
  const forgets = stillRetired(bundle, now).length < bundle.retired.length;
  return forgets ? 'forget-retired' : 'none';
}
