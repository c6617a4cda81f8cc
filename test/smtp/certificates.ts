import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** A key and a certificate in PEM, as `tls` takes them. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface LeafOptions {
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  /** Days from now, negative for the past. */
  readonly validFrom?: number;
  readonly validUntil?: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const SUBJECT_ALTERNATIVE_DNS = 2;
const SUBJECT_ALTERNATIVE_IP = 7;

let serial = 1;

function keyPair() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const { n, e } = forge.pki.privateKeyFromPem(key);
  return { key, publicKey: forge.pki.setRsaPublicKey(n, e) };
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

/** A certificate authority that lives as long as the test. */
export class Authority {
  readonly #keys = keyPair();
  readonly #leafKeys = keyPair();
  readonly cert: string;

  constructor(commonName = 'Test Authority') {
    const certificate = forge.pki.createCertificate();
    certificate.serialNumber = String(serial++).padStart(2, '0');
    certificate.publicKey = this.#keys.publicKey;
    certificate.validity.notBefore = daysFromNow(-100);
    certificate.validity.notAfter = daysFromNow(100);
    certificate.setSubject([{ name: 'commonName', value: commonName }]);
    certificate.setIssuer([{ name: 'commonName', value: commonName }]);
    certificate.setExtensions([{ name: 'basicConstraints', cA: true, critical: true }]);
    certificate.sign(forge.pki.privateKeyFromPem(this.#keys.key), forge.md.sha256.create());
    this.cert = forge.pki.certificateToPem(certificate);
  }

  issue(options: LeafOptions): Identity {
    const { names = [], addresses = [], validFrom = -10, validUntil = 10 } = options;
    const certificate = forge.pki.createCertificate();
    certificate.serialNumber = String(serial++).padStart(2, '0');
    certificate.publicKey = this.#leafKeys.publicKey;
    certificate.validity.notBefore = daysFromNow(validFrom);
    certificate.validity.notAfter = daysFromNow(validUntil);
    certificate.setSubject([{ name: 'commonName', value: 'test server' }]);
    certificate.setIssuer(forge.pki.certificateFromPem(this.cert).subject.attributes);
    const altNames = [
      ...names.map((value) => ({ type: SUBJECT_ALTERNATIVE_DNS, value })),
      ...addresses.map((ip) => ({ type: SUBJECT_ALTERNATIVE_IP, ip })),
    ];
    certificate.setExtensions([{ name: 'subjectAltName', altNames }]);
    certificate.sign(forge.pki.privateKeyFromPem(this.#keys.key), forge.md.sha256.create());
    return { key: this.#leafKeys.key, cert: forge.pki.certificateToPem(certificate) };
  }
}
