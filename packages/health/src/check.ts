import { systemClock, withDeadline } from '@mailprovider/process';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { SecretReason } from '@mailprovider/provider/reasons';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { passwordFrom } from '@mailprovider/provider/secret';
import { type Target, targetOf } from '@mailprovider/provider/target';
import { validateSpec } from '@mailprovider/provider/validate';
import {
  type AddressPolicy,
  type Credentials,
  openSession,
  type Resolver,
  SmtpError,
} from '@mailprovider/smtp';
import type { CheckResult, PasswordFinding, ProbeFinding } from './check-result.ts';
import type { SecretReader } from './ports.ts';

export interface CheckDeps {
  /** The one namespace that Secrets are read from. */
  readonly credentialsNamespace: string;
  readonly secrets: SecretReader;
  readonly resolver: Resolver;
  readonly addressPolicy: AddressPolicy;
  /** The limit of one probe, from name lookup to the answer to AUTH. */
  readonly timeoutMs: number;
}

/**
 * Checks one provider: its spec (it may have been admitted without the webhook), its password, and
 * the server itself.
 *
 * Rejects when the Secret's state cannot be told, or with the signal's reason when it aborts.
 */
export async function checkProvider(
  provider: MailProvider,
  deps: CheckDeps,
  signal: AbortSignal,
): Promise<CheckResult> {
  const result = validateSpec(provider.spec);
  if (!result.valid) return { kind: 'invalid', errors: result.errors };
  const { spec } = result;
  if (spec.disabled) return { kind: 'disabled' };
  const { finding: password, credentials } = await loadPassword(spec, deps);
  if (password.state === 'not-loaded') return { kind: 'password-not-loaded', password };
  const target = targetOf(spec);
  const found = await withDeadline(signal, deps.timeoutMs, (limit) =>
    probe(target, credentials, deps, limit),
  );
  return { kind: 'probed', target, password, probe: found };
}

async function loadPassword(
  { smtp }: MailProviderSpec,
  { secrets, credentialsNamespace }: CheckDeps,
): Promise<{ finding: PasswordFinding; credentials?: Credentials }> {
  const { username, passwordRef: ref } = smtp;
  if (!username || ref === undefined) return { finding: { state: 'not-required' } };
  const notLoaded = (reason: SecretReason) => ({
    finding: { state: 'not-loaded', ref, reason } as const,
  });
  if (ref.namespace && ref.namespace !== credentialsNamespace) {
    return notLoaded('SecretNamespaceNotAllowed');
  }
  const lookup = await secrets.read(ref.name);
  if (!lookup.found) {
    return notLoaded(lookup.why === 'missing' ? 'SecretNotFound' : 'SecretForbidden');
  }
  const result = passwordFrom(lookup.secret, ref.key, smtp);
  if (!result.loaded) return notLoaded(result.reason);
  return {
    finding: { state: 'loaded', ref },
    credentials: { username, password: result.password },
  };
}

async function probe(
  target: Target,
  credentials: Credentials | undefined,
  { resolver, addressPolicy }: CheckDeps,
  signal: AbortSignal,
): Promise<ProbeFinding> {
  try {
    const { monotonicMs } = systemClock;
    const session = await openSession(target, credentials, {
      signal,
      resolver,
      addressPolicy,
      monotonicMs,
    });
    await session.quit();
    return {
      healthy: true,
      encrypted: session.tls !== undefined,
      verified: session.tls?.verified ?? false,
    };
  } catch (error) {
    if (error instanceof SmtpError) return { healthy: false, failure: error.failure };
    throw error;
  }
}
