import type forge from 'node-forge';

export type CertificateUsage = 'server' | 'client';

/** node-forge's numbers for the kinds of a subjectAltName (RFC 5280, 4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** The bytes that name the key of a certificate in its own and in the certificates it signs. */
function keyIdentifier(certificate: forge.pki.Certificate): string {
  return certificate.generateSubjectKeyIdentifier().getBytes();
}

/** Extensions of a certificate that signs others. */
export function authorityExtensions(): object[] {
  return [
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ];
}

/** Extensions of a certificate that a server or a client shows. */
export function endEntityExtensions(
  issuer: forge.pki.Certificate,
  usages: readonly CertificateUsage[],
  dnsNames: readonly string[],
  addresses: readonly string[],
): object[] {
  const altNames = [
    ...dnsNames.map((value) => ({ type: DNS_NAME, value })),
    ...addresses.map((ip) => ({ type: IP_ADDRESS, ip })),
  ];
  return [
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    {
      name: 'extKeyUsage',
      serverAuth: usages.includes('server'),
      clientAuth: usages.includes('client'),
    },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifier(issuer) },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
  ];
}
