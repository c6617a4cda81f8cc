import { randomBytes } from 'node:crypto';
import { type Certificate, createAuthority } from '@mailprovider/pki';

/** What the SMTP servers serve, and their clients know. */
export interface Access {
  /** For 127.0.0.1. */
  readonly certificate: Certificate;
  /** Authority of the certificate. */
  readonly authorityPem: string;
  readonly credentials: { readonly username: string; readonly password: string };
}

/** A new certificate, RSA 2048 as that of its authority, and a new password. */
export function createAccess(): Access {
  const validity = { now: new Date(), validDays: 1 };
  const authority = createAuthority({ commonName: 'bench authority', ...validity });
  const server = { commonName: 'smtp', addresses: ['127.0.0.1'], ...validity };
  return {
    certificate: authority.issue({ ...server, usages: ['server'] }),
    authorityPem: authority.certificatePem,
    credentials: { username: 'mailer', password: randomBytes(15).toString('base64url') },
  };
}
