import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Certificate } from '@mailprovider/pki';

/** Parses the first certificate of a PEM text; undefined if there is none. */
export function parseCertificate(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Returns both if they are a certificate and its private key. */
export function matchingPair(
  certificatePem: string | undefined,
  keyPem: string | undefined,
): Certificate | undefined {
  const certificate = parseCertificate(certificatePem);
  if (certificate === undefined || certificatePem === undefined || keyPem === undefined) {
    return undefined;
  }
  try {
    const matches = certificate.checkPrivateKey(createPrivateKey(keyPem));
    return matches ? { certificatePem, keyPem } : undefined;
  } catch {
    return undefined;
  }
}

/** The time after which nobody takes a certificate. */
export function endOf(certificate: X509Certificate): Date {
  return new Date(certificate.validTo);
}

/** Whether a certificate has begun and not ended. */
export function isValidAt(certificate: X509Certificate, now: Date): boolean {
  return new Date(certificate.validFrom) <= now && now < endOf(certificate);
}

/** Whether `authority` signed `certificate`. */
export function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}
