import { generateKeyPair as generate, generateKeyPairSync } from 'node:crypto';
import { promisify } from 'node:util';

export interface KeyPair {
  readonly publicKeyPem: string;
  readonly privateKeyPem: string;
}

const RSA_OPTIONS = {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const;
const generateInThread = promisify(generate);

/** A new RSA key pair of 2048 bits, the only kind that node-forge can sign with. */
export function generateKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', RSA_OPTIONS);
  return { publicKeyPem: publicKey, privateKeyPem: privateKey };
}

/** As `generateKeyPair`, in a thread of its own: the process answers meanwhile. */
export async function newKeyPair(): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateInThread('rsa', RSA_OPTIONS);
  return { publicKeyPem: publicKey, privateKeyPem: privateKey };
}
