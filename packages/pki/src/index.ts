export * from './authority.ts';
export type { CertificateUsage } from './extensions.ts';
