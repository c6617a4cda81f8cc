import type { Server as NetServer } from 'node:net';
import { Server } from 'node:tls';
import type { CertificateSource, ServingCertificate } from './certificate-source.ts';

const TLS_OPTIONS = { minVersion: 'TLSv1.2' } as const;

/** TLS settings of a server with that certificate. */
export function tlsOptions(certificate: ServingCertificate) {
  return { ...certificate, ...TLS_OPTIONS };
}

/**
 * Lets a TLS server take each new certificate for its next connections; those that are open go on.
 *
 * Returns how to end that.
 */
export function followCertificate(server: NetServer, source: CertificateSource): () => void {
  if (!(server instanceof Server)) throw new TypeError('the server has no TLS');
  return source.onChange((certificate) => server.setSecureContext(tlsOptions(certificate)));
}
