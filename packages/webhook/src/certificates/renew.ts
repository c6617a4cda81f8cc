import { isIP } from 'node:net';
import {
  type Authority,
  type Certificate,
  createAuthority,
  loadAuthority,
  newKeyPair,
} from '@mailprovider/pki';
import { type Bundle, stillRetired } from './bundle.ts';
import type { Lifetimes, RenewalStep } from './renewal.ts';

const COMMON_NAME = 'mailprovider-webhook';

export interface RenewOptions {
  readonly now: Date;
  readonly lifetimes: Lifetimes;
  /** DNS names and IP addresses of the leaf. */
  readonly names: readonly string[];
}

/** Without the functions, as it is kept. */
function pairOf({ certificatePem, keyPem }: Authority): Certificate {
  return { certificatePem, keyPem };
}

async function newAuthority({ now, lifetimes }: RenewOptions): Promise<Certificate> {
  const keys = await newKeyPair();
  const validity = { now, validDays: lifetimes.authorityDays };
  return pairOf(createAuthority({ commonName: `${COMMON_NAME}-ca`, keys, ...validity }));
}

async function newLeaf(authority: Certificate, options: RenewOptions): Promise<Certificate> {
  const { now, lifetimes, names } = options;
  return loadAuthority(authority).issue({
    commonName: COMMON_NAME,
    dnsNames: names.filter((name) => isIP(name) === 0),
    addresses: names.filter((name) => isIP(name) !== 0),
    usages: ['server'],
    keys: await newKeyPair(),
    now,
    validDays: lifetimes.leafDays,
  });
}

async function startOver(options: RenewOptions): Promise<Bundle> {
  const authority = await newAuthority(options);
  return { authority, next: undefined, leaf: await newLeaf(authority, options), retired: [] };
}

async function promote(bundle: Bundle, next: Certificate, options: RenewOptions): Promise<Bundle> {
  const former = [bundle.authority, bundle.leaf].flatMap((pair) => pair?.certificatePem ?? []);
  const leaf = await newLeaf(next, options);
  const retired = [...bundle.retired, ...former];
  return { authority: next, next: undefined, leaf, retired };
}

async function changed(
  bundle: Bundle,
  step: Exclude<RenewalStep, 'start-over'>,
  options: RenewOptions,
): Promise<Bundle> {
  switch (step) {
    case 'announce-authority':
      return { ...bundle, next: await newAuthority(options) };
    case 'promote-authority':
      return promote(bundle, bundle.next ?? (await newAuthority(options)), options);
    case 'issue-leaf':
      return { ...bundle, leaf: await newLeaf(bundle.authority, options) };
    case 'forget-retired':
    case 'none':
      return bundle;
  }
}

/** Makes the bundle that a step leads to. Keys are new, so it is another one each time. */
export async function renew(
  bundle: Bundle | undefined,
  step: RenewalStep,
  options: RenewOptions,
): Promise<Bundle> {
  if (bundle === undefined || step === 'start-over') return startOver(options);
  const renewed = await changed(bundle, step, options);
  return { ...renewed, retired: stillRetired(renewed, options.now) };
}
