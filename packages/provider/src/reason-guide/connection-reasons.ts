import type { SessionGuidance } from './guidance.ts';

/** Reasons of a connection that was not made, or did not last. */
export const CONNECTION_REASONS = {
  HostNotFound: {
    stages: ['dns'],
    passes: 'no',
    causes: [
      'a typing error in `spec.smtp.host`',
      'a mail domain (MX) in place of the name of a server',
      'a name that only another network resolves',
    ],
    fix: ['Ask from a pod: `nslookup HOST`.', 'Correct `spec.smtp.host` or the DNS record.'],
  },
  DnsFailed: {
    stages: ['dns'],
    passes: 'yes',
    causes: [
      'name servers that are down or answer SERVFAIL',
      'a network policy that stops DNS (port 53)',
    ],
    fix: [
      'Ask from a pod: `nslookup HOST`, then another name.',
      'If both fail, look at the DNS of the cluster: `kubectl get pods -n kube-system -l k8s-app=kube-dns`; if one does, at the name servers of that domain.',
    ],
  },
  AddressNotAllowed: {
    stages: ['dns', 'connect'],
    passes: 'no',
    causes: [
      'a name that resolves to this machine, to a link-local, metadata or multicast address, or into a network of `--denied-networks`',
    ],
    fix: [
      'See what it resolves to: `nslookup HOST`.',
      'Use a server outside of [what is never dialled](health.md#addresses).',
      'A development server on the same machine needs `--allow-loopback`.',
    ],
  },
  ConnectionRefused: {
    stages: ['connect'],
    passes: 'yes',
    causes: ['a server that is not running', 'the wrong port', 'a firewall that rejects'],
    fix: [
      'Try from a pod: `nc -vz HOST PORT`.',
      'Correct `spec.smtp.port` (587 STARTTLS, 465 implicit TLS, 25 relay) or start the server.',
    ],
  },
  HostUnreachable: {
    stages: ['connect'],
    passes: 'yes',
    causes: [
      'no route from the node',
      'a firewall that answers "unreachable"',
      'a host with IPv6 addresses only, dialled from a network without IPv6',
    ],
    fix: [
      'Try from a pod: `nc -vz HOST PORT`, `ip route`.',
      'Check network policies, the egress gateway and firewalls for `spec.smtp.host` and `spec.smtp.port`.',
    ],
  },
  ConnectionClosed: {
    stages: ['connect', 'tls', 'greeting', 'ehlo', 'starttls', 'auth'],
    passes: 'yes',
    causes: [
      'a server, proxy or service mesh that does not want connections from here (up to the greeting)',
      'a port that does not speak the TLS of `spec.smtp.tlsMode` (in tls)',
      'a server that restarts or limits connections (later)',
    ],
    fix: [
      'Up to the greeting: have the address that the cluster leaves by permitted, and look for a proxy between.',
      'In tls: check `spec.smtp.port` and `spec.smtp.tlsMode`.',
      'Later: the log of the server tells why.',
    ],
  },
  Timeout: {
    stages: ['dns', 'connect', 'tls', 'greeting', 'ehlo', 'starttls', 'auth'],
    passes: 'yes',
    causes: [
      'name servers that do not answer (in dns)',
      'a firewall or network policy that drops packets (in connect)',
      'a port where the client speaks first, such as one of implicit TLS or HTTP (in greeting)',
      'a server that delays its greeting, or looks up names slowly (from greeting on)',
    ],
    fix: [
      'Read the stage in the message.',
      'In dns: as for DnsFailed.',
      'In connect: `nc -vz HOST PORT` from a pod, then network policies and firewalls.',
      'In greeting: port 465 wants `tlsMode: implicit`, 587 and 25 want `starttls`; `auto` picks by the port.',
      'Later: the log and the load of the server.',
    ],
  },
} as const satisfies Readonly<Record<string, SessionGuidance>>;
