import { createSecureContext, type SecureContext } from 'node:tls';

/** Clusters have few authorities; a context with a whole root store takes megabytes, and 20 ms to make. */
const MAX_KEPT = 32;

/** By PEM text, the least recently used first. */
const kept = new Map<string | undefined, SecureContext>();

/**
 * The context for TLS 1.2 or later that trusts these PEM certificates, or else the system's.
 *
 * It is made once and shared: making one takes longer than all else in a probe.
 */
export function secureContextFor(certificateAuthority: string | undefined): SecureContext {
  const context = kept.get(certificateAuthority) ?? newContext(certificateAuthority);
  kept.delete(certificateAuthority);
  kept.set(certificateAuthority, context);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value);
  return context;
}

function newContext(certificateAuthority: string | undefined): SecureContext {
  const ca = certificateAuthority === undefined ? {} : { ca: certificateAuthority };
  return createSecureContext({ minVersion: 'TLSv1.2', ...ca });
}
