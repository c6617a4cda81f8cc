import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import type { Identity } from './certificates.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const SUBJECT_ALTERNATIVE_DNS = 2;

/** A certificate that only its own key vouches for, as many a server has that was never set up. */
export function selfSigned(names: readonly string[]): Identity {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString();
  const privateKey = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  const subject = [{ name: 'commonName', value: 'self-signed' }];
  certificate.serialNumber = '01';
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS);
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  const altNames = names.map((value) => ({ type: SUBJECT_ALTERNATIVE_DNS, value }));
  certificate.setExtensions([{ name: 'subjectAltName', altNames }]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return { key, cert: forge.pki.certificateToPem(certificate) };
}
