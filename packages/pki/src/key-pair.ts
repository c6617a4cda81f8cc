import { generateKeyPairSync } from 'node:crypto';

export interface KeyPair {
  readonly publicKeyPem: string;
  readonly privateKeyPem: string;
}

/** A new RSA key pair of 2048 bits, the only kind that node-forge can sign with. */
export function generateKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { publicKeyPem: publicKey, privateKeyPem: privateKey };
}
