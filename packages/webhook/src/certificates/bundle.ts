import type { Certificate } from '@mailprovider/pki';
import { isIssuedBy, matchingPair, parseCertificate } from './key-pair.ts';

/**
 * What the webhooks of a cluster share when they keep their certificate themselves.
 *
 * An authority is changed in two steps: `next` is published beside it and signs nothing yet; later it
 * takes its place, and the certificate of the former one is `retired`.
 */
export interface Bundle {
  readonly authority: Certificate;
  readonly next: Certificate | undefined;
  /** Absent when there is none, or none that its authority signed. */
  readonly leaf: Certificate | undefined;
  /** Former authorities and the last leaf of each, without keys: trusted while one may be served. */
  readonly retired: readonly string[];
}

/** Texts by their key in the Secret; an undefined one is removed. */
export type SecretTexts = Readonly<Record<string, string | undefined>>;

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\r?\n?/g;

function authorityOf(certificatePem?: string, keyPem?: string): Certificate | undefined {
  const pair = matchingPair(certificatePem, keyPem);
  return parseCertificate(pair?.certificatePem)?.ca ? pair : undefined;
}

/** Reads what can be used; undefined if there is no authority. Validity in time is not looked at. */
export function decodeBundle(texts: SecretTexts): Bundle | undefined {
  const authority = authorityOf(texts['ca.crt'], texts['ca.key']);
  if (authority === undefined) return undefined;
  const retired = (texts['retired.crt']?.match(PEM_CERTIFICATE) ?? []).filter(parseCertificate);
  const next = authorityOf(texts['next-ca.crt'], texts['next-ca.key']);
  const leaf = matchingPair(texts['tls.crt'], texts['tls.key']);
  const known = { authority, next, retired, leaf };
  return issuerOfLeaf(known) === undefined ? { ...known, leaf: undefined } : known;
}

export function encodeBundle({ authority, next, leaf, retired }: Bundle): SecretTexts {
  return {
    'tls.crt': leaf?.certificatePem ?? '',
    'tls.key': leaf?.keyPem ?? '',
    'ca.crt': authority.certificatePem,
    'ca.key': authority.keyPem,
    'next-ca.crt': next?.certificatePem,
    'next-ca.key': next?.keyPem,
    'retired.crt': retired.length > 0 ? retired.join('') : undefined,
  };
}

/** The PEM text of all that clients are to trust, the same for the same bundle. */
export function trustBundle(bundle: Bundle): string {
  return trustedAuthorities(bundle)
    .map((pem) => `${pem.trim()}\n`)
    .join('');
}

function trustedAuthorities({ authority, next, retired }: Bundle): readonly string[] {
  const former = retired.filter((pem) => parseCertificate(pem)?.ca);
  const all = [authority.certificatePem, next?.certificatePem, ...former];
  return all.filter((pem) => pem !== undefined);
}

/** The trusted authority that signed the leaf. */
function issuerOfLeaf(bundle: Bundle): string | undefined {
  const leaf = parseCertificate(bundle.leaf?.certificatePem);
  if (leaf === undefined) return undefined;
  return trustedAuthorities(bundle).find((pem) => {
    const authority = parseCertificate(pem);
    return authority !== undefined && isIssuedBy(leaf, authority);
  });
}

/** What of `retired` is still needed: leaves that may be served, and authorities that signed one. */
export function stillRetired({ retired, leaf }: Bundle, now: Date): readonly string[] {
  const lasts = (pem: string) => new Date(parseCertificate(pem)?.validTo ?? 0) > now;
  const lasting = retired.filter(lasts);
  const leaves = [...lasting, leaf?.certificatePem]
    .map(parseCertificate)
    .filter((certificate) => certificate !== undefined && !certificate.ca);
  return lasting.filter((pem) => {
    const certificate = parseCertificate(pem);
    if (!certificate?.ca) return true;
    return leaves.some((leaf) => leaf !== undefined && isIssuedBy(leaf, certificate));
  });
}
