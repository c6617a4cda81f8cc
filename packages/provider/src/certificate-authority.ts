import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

/**
 * Says why `pem` cannot serve as trust anchors, or nothing when every block is a certificate.
 *
 * An empty string means "not set". TLS libraries skip blocks they cannot read and then trust less
 * (or, with none left, the system's roots), so one bad block refuses the whole value.
 */
export function certificateAuthorityProblem(pem: string): string | undefined {
  if (pem === '') return undefined;
  const blocks = [...pem.matchAll(BLOCK)];
  if (blocks.length === 0) return 'must hold at least one PEM block "BEGIN CERTIFICATE"';
  for (const [index, block] of blocks.entries()) {
    const place = `PEM block ${index + 1} of ${blocks.length}`;
    if (block[1] !== 'CERTIFICATE') return `${place} is "${block[1]}", must be "CERTIFICATE"`;
    try {
      new X509Certificate(block[0]);
    } catch {
      return `${place} is not a valid X.509 certificate`;
    }
  }
  return undefined;
}
