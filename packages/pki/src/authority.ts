import { randomBytes } from 'node:crypto';
import forge from 'node-forge';
import { authorityExtensions, type CertificateUsage, endEntityExtensions } from './extensions.ts';
import { generateKeyPair, type KeyPair } from './key-pair.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** So that a peer whose clock is a little behind takes a new certificate at once. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

/** A certificate and its private key, both PEM. */
export interface Certificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** How long a certificate is valid: from five minutes before `now` to `validDays` after it. */
export interface Validity {
  readonly now: Date;
  readonly validDays: number;
}

export interface CertificateRequest extends Validity {
  readonly commonName: string;
  readonly organization?: string;
  /** Names and IP addresses (v4 or v6) that a server is reached by. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly usages: readonly CertificateUsage[];
  /** Default: a new pair, which stops the process for 0.15 s; `newKeyPair` makes one beside it. */
  readonly keys?: KeyPair;
}

/** A certificate that clients trust, and what it issues. */
export interface Authority extends Certificate {
  /** Issues a certificate (RSA 2048, SHA-256) that ends no later than the authority itself. */
  issue(request: CertificateRequest): Certificate;
}

/** Random and positive, 16 bytes without a leading zero (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** A number, because the typings of node-forge expect a class where it takes a type. */
const UTF8_STRING: number = forge.asn1.Type.UTF8;

function distinguishedName(commonName: string, organization?: string) {
  const attribute = (name: string, value: string) => ({
    name,
    value,
    valueTagClass: UTF8_STRING,
  });
  return [
    ...(organization === undefined ? [] : [attribute('organizationName', organization)]),
    attribute('commonName', commonName),
  ];
}

/** node-forge leaves the bytes of UTF-8 as they are when it reads a name, and encodes when it writes. */
function subjectOf({ subject }: forge.pki.Certificate) {
  return subject.attributes.map((attribute) => ({
    ...attribute,
    value: forge.util.decodeUtf8(String(attribute.value)),
  }));
}

function unsignedCertificate(publicKeyPem: string, { now, validDays }: Validity) {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKeyPem);
  certificate.serialNumber = serialNumber();
  certificate.validity.notBefore = new Date(now.getTime() - CLOCK_SKEW_MS);
  certificate.validity.notAfter = new Date(now.getTime() + validDays * DAY_MS);
  return certificate;
}

/** Reads an authority that was kept as PEM. Throws if it is no certificate and its RSA key. */
export function loadAuthority({ certificatePem, keyPem }: Certificate): Authority {
  const root = forge.pki.certificateFromPem(certificatePem);
  const signingKey = forge.pki.privateKeyFromPem(keyPem);
  const name = subjectOf(root);
  return {
    certificatePem,
    keyPem,
    issue(request) {
      const { commonName, organization, usages, dnsNames = [], addresses = [] } = request;
      const { publicKeyPem, privateKeyPem } = request.keys ?? generateKeyPair();
      const certificate = unsignedCertificate(publicKeyPem, request);
      const { validity } = certificate;
      if (validity.notAfter > root.validity.notAfter) validity.notAfter = root.validity.notAfter;
      certificate.setSubject(distinguishedName(commonName, organization));
      certificate.setIssuer(name);
      certificate.setExtensions(endEntityExtensions(root, usages, dnsNames, addresses));
      certificate.sign(signingKey, forge.md.sha256.create());
      return { certificatePem: forge.pki.certificateToPem(certificate), keyPem: privateKeyPem };
    },
  };
}

/** Creates a self-signed certificate authority, with a new key unless one is given. */
export function createAuthority(
  authority: Validity & { readonly commonName: string; readonly keys?: KeyPair },
): Authority {
  const { publicKeyPem, privateKeyPem } = authority.keys ?? generateKeyPair();
  const name = distinguishedName(authority.commonName);
  const root = unsignedCertificate(publicKeyPem, authority);
  root.setSubject(name);
  root.setIssuer(name);
  root.setExtensions(authorityExtensions());
  root.sign(forge.pki.privateKeyFromPem(privateKeyPem), forge.md.sha256.create());
  return loadAuthority({
    certificatePem: forge.pki.certificateToPem(root),
    keyPem: privateKeyPem,
  });
}
