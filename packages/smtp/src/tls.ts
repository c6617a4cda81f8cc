import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import type { SessionReason } from '@mailprovider/provider/reasons';
import type { Target } from '@mailprovider/provider/target';
import { certificateFacts } from './certificate-facts.ts';
import type { Connection } from './connection.ts';
import { SessionFault } from './failure.ts';
import { secureContextFor } from './secure-context.ts';
import type { SessionRecorder } from './session-recorder.ts';

/**
 * Puts TLS 1.2 or later under the connection and judges the certificate before a byte is sent over it.
 *
 * The chain is judged first, then the name, so that each fault has its own reason. What is known
 * of the layer is recorded in either case.
 */
export async function secure(
  connection: Connection,
  target: Target,
  recorder: SessionRecorder,
): Promise<void> {
  const socket = await connection.upgrade(handshakeOptions(target));
  const certificate = socket.getPeerCertificate();
  const facts = {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    certificate: certificateFacts(certificate),
  };
  recorder.note({ tls: { ...facts, verified: false } });
  if (!target.verifyCertificate) return;
  requireValid(socket, certificate, target.serverName);
  recorder.note({ tls: { ...facts, verified: true } });
}

function handshakeOptions({ serverName, certificateAuthority }: Target): ConnectionOptions {
  return {
    secureContext: secureContextFor(certificateAuthority),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // RFC 6066 section 3: a name without its final dot, never an address.
    ...(isIP(serverName) === 0 ? { servername: serverName.replace(/\.$/, '') } : {}),
  };
}

function requireValid(socket: TLSSocket, certificate: PeerCertificate, serverName: string): void {
  if (!socket.authorized) throw new SessionFault(chainReason(socket.authorizationError));
  if (checkServerIdentity(serverName, certificate) !== undefined) {
    throw new SessionFault('CertificateNameMismatch');
  }
}

function chainReason(verifyError: unknown): SessionReason {
  switch (String(verifyError)) {
    case 'CERT_HAS_EXPIRED':
      return 'CertificateExpired';
    case 'CERT_NOT_YET_VALID':
      return 'CertificateNotYetValid';
    default:
      return 'CertificateNotTrusted';
  }
}
