import type { MailProviderSpec } from './schema.ts';
import { targetOf } from './target.ts';

/**
 * What a valid spec does that its author may not want; each at most 120 characters, the length the
 * Kubernetes API advises.
 */
export function warningsFor(spec: MailProviderSpec): string[] {
  const { smtp } = spec;
  const target = targetOf(spec);
  const hasCredentials = Boolean(smtp.username);
  const warnings: string[] = [];
  if (smtp.insecureSkipVerify) {
    warnings.push(
      'spec.smtp.insecureSkipVerify: the TLS certificate is not verified; use this for testing only',
    );
  }
  if (target.tlsMode === 'none') {
    const field = smtp.disableTLS ? 'disableTLS' : 'tlsMode';
    warnings.push(
      hasCredentials
        ? `spec.smtp.${field}: TLS is disabled, the password and all mail are sent in plaintext`
        : `spec.smtp.${field}: TLS is disabled, all mail is sent in plaintext`,
    );
  }
  if (smtp.disableTLS && smtp.port === 465) {
    warnings.push('spec.smtp.disableTLS: port 465 expects TLS from the first byte');
  }
  if (target.tlsMode === 'opportunistic' && !target.verifyCertificate) {
    warnings.push(
      'spec.smtp.tlsMode: TLS is used only if offered, and its certificate is not verified',
    );
  }
  if (!hasCredentials) {
    warnings.push(
      'spec.smtp.username: no authentication configured; the server must accept mail without it',
    );
  }
  return warnings;
}
