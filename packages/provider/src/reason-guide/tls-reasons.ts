import type { SessionGuidance } from './guidance.ts';

/** Reasons of TLS that did not come about, or with a server that is not known to be the right one. */
export const TLS_REASONS = {
  StartTlsNotOffered: {
    stages: ['starttls'],
    passes: 'no',
    causes: [
      'a relay or development server without TLS',
      'a firewall that takes STARTTLS out of what the server offers',
    ],
    fix: [
      'Look from a pod: `openssl s_client -starttls smtp -connect HOST:PORT`.',
      'Use the port for submission (587, or 465 with `tlsMode: implicit`).',
      'Only for a development server: `disableTLS: true`, which sends the password readable.',
    ],
  },
  StartTlsRefused: {
    stages: ['starttls'],
    passes: 'after-4yz',
    causes: ['a server that cannot load its certificate or key', 'a server without resources'],
    fix: ['The log of the server tells why; nothing here can mend it.'],
  },
  TlsHandshakeFailed: {
    stages: ['tls', 'greeting', 'ehlo', 'starttls', 'auth'],
    passes: 'yes',
    causes: [
      '`tlsMode: implicit` on a port that greets in plain text (in tls)',
      'a server that knows nothing newer than TLS 1.1, or no common cipher (in tls or starttls)',
      'a server that demands a client certificate (often told only in greeting, or in ehlo after STARTTLS)',
    ],
    fix: [
      'Look from a pod: `openssl s_client -connect HOST:PORT` for implicit TLS, `openssl s_client -starttls smtp -connect HOST:PORT` for STARTTLS.',
      'Correct `spec.smtp.port` or `spec.smtp.tlsMode`, or have the server speak TLS 1.2 or later without a client certificate.',
    ],
  },
  CertificateExpired: {
    stages: ['tls', 'starttls'],
    passes: 'no',
    causes: [
      'a certificate of the server, or one above it, that was not renewed',
      'a renewed one that the server has not loaded',
    ],
    fix: [
      'Look from a pod: `openssl s_client -starttls smtp -connect HOST:PORT </dev/null | openssl x509 -noout -dates` (on port 465 without `-starttls smtp`).',
      'Renew it at the server and have the server load it.',
    ],
  },
  CertificateNotYetValid: {
    stages: ['tls', 'starttls'],
    passes: 'no',
    causes: ['a clock that is wrong: of the node of health, or of who issued it'],
    fix: [
      'Compare `date -u` on the node with the dates of the certificate (see CertificateExpired).',
    ],
  },
  CertificateNotTrusted: {
    stages: ['tls', 'starttls'],
    passes: 'no',
    causes: [
      'an authority of your own, or a self-signed certificate',
      'a server that does not send the intermediate certificates',
      'a proxy that opens TLS',
    ],
    fix: [
      'See who issued it: `openssl s_client -starttls smtp -connect HOST:PORT -showcerts` from a pod (on port 465 without `-starttls smtp`).',
      'Put the PEM of the right authority into `spec.smtp.certificateAuthority`, which then replaces those of the system; have the server send the whole chain.',
    ],
  },
  CertificateNameMismatch: {
    stages: ['tls', 'starttls'],
    passes: 'no',
    causes: [
      '`spec.smtp.host` is an alias, an internal name or an IP address that the certificate does not have',
    ],
    fix: [
      'See its names: `openssl s_client -starttls smtp -connect HOST:PORT </dev/null | openssl x509 -noout -ext subjectAltName` (on port 465 without `-starttls smtp`).',
      'Use one of them as `spec.smtp.host`, or as `spec.smtp.serverName` if only the name differs.',
    ],
  },
} as const satisfies Readonly<Record<string, SessionGuidance>>;
