import type { MailProviderSpec } from './schema.ts';
import { type Target, targetOf } from './target.ts';

type Smtp = MailProviderSpec['smtp'];

function plaintextWarnings(smtp: Smtp, target: Target): string[] {
  const field = smtp.disableTLS ? 'disableTLS' : 'tlsMode';
  const warnings: string[] = [];
  if (target.tlsMode === 'none') {
    warnings.push(
      smtp.username
        ? `spec.smtp.${field}: TLS is disabled, the password and all mail are sent in plaintext`
        : `spec.smtp.${field}: TLS is disabled, all mail is sent in plaintext`,
    );
  }
  if (smtp.port === 465 && target.tlsMode !== 'implicit') {
    warnings.push(`spec.smtp.${field}: port 465 expects TLS from the first byte`);
  }
  return warnings;
}

function verificationWarnings(smtp: Smtp, target: Target): string[] {
  if (smtp.insecureSkipVerify) {
    return [
      'spec.smtp.insecureSkipVerify: the TLS certificate is not verified; use this for testing only',
    ];
  }
  if (target.tlsMode === 'opportunistic' && !target.verifyCertificate) {
    return ['spec.smtp.tlsMode: TLS is used only if offered, and its certificate is not verified'];
  }
  return [];
}

/**
 * What a valid spec does that its author may not want; each at most 120 characters, the length the
 * Kubernetes API advises.
 */
export function warningsFor(spec: MailProviderSpec): string[] {
  const { smtp } = spec;
  const target = targetOf(spec);
  const anonymous =
    'spec.smtp.username: no authentication configured; the server must accept mail without it';
  const unused = 'spec.smtp.authMethod: has no effect without username';
  return [
    ...verificationWarnings(smtp, target),
    ...plaintextWarnings(smtp, target),
    ...(smtp.username ? [] : [anonymous]),
    ...(smtp.authMethod && !smtp.username ? [unused] : []),
  ];
}
