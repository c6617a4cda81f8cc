export * from './authority.ts';
export type { CertificateUsage } from './extensions.ts';
export { type KeyPair, newKeyPair } from './key-pair.ts';
