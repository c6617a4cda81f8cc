import type { SessionGuidance } from './guidance.ts';

/** Reasons of a conversation in which the server does not go on. */
export const PROTOCOL_REASONS = {
  GreetingRejected: {
    stages: ['greeting'],
    passes: 'after-4yz',
    causes: [
      'the address that the cluster leaves by is not permitted there, or is on a block list',
    ],
    fix: [
      'Read the greeting from a pod: `nc HOST PORT`.',
      'Have the address permitted at the server, or leave the cluster by one that is.',
    ],
  },
  EhloRejected: {
    stages: ['ehlo'],
    passes: 'after-4yz',
    causes: [
      'a server that takes no address in EHLO, only a host name that it can look up',
      'a server that knows HELO alone, where TLS or a login is wanted',
    ],
    fix: [
      'Set `spec.smtp.ehloName` to a name that resolves to the address dialled from.',
      'Use the port for submission (587 or 465).',
    ],
  },
  ProtocolError: {
    stages: ['greeting', 'ehlo', 'starttls', 'auth'],
    passes: 'yes',
    causes: [
      'another service on that port that speaks first, such as IMAP, POP3 or SSH',
      'a proxy that answers in place of the server',
      'plain text sent along with the answer to STARTTLS, as an attacker between would',
    ],
    fix: [
      'Look from a pod: `nc HOST PORT` must show a line that starts with 220.',
      'Correct `spec.smtp.host` or `spec.smtp.port`.',
      'In starttls: do not lower `tlsMode` before it is known who stands between.',
    ],
  },
  ServiceUnavailable: {
    stages: ['greeting', 'ehlo', 'starttls', 'auth'],
    passes: 'yes',
    causes: [
      'a server that stops, is overloaded or limits connections (421)',
      'a fault behind it, such as a directory that does not answer (4yz in auth)',
    ],
    fix: [
      'Wait: the check repeats itself.',
      "If it lasts: the server's log, or the status page of its operator.",
    ],
  },
} as const satisfies Readonly<Record<string, SessionGuidance>>;
