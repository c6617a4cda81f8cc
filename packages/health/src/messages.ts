import {
  isAboutKey,
  SECRET_REASON_TEXT,
  SESSION_REASON_TEXT,
} from '@mailprovider/provider/reason-text';
import { endpoint, type Target } from '@mailprovider/provider/target';
import type { SmtpFailure } from '@mailprovider/smtp';
import type { PasswordFinding, ProbeFinding } from './check-result.ts';

const TRANSPORT: Readonly<Record<Target['tlsMode'], string>> = {
  implicit: 'implicit TLS',
  starttls: 'STARTTLS',
  opportunistic: 'STARTTLS',
  none: 'plain SMTP',
};

/** What a passed check reached, and how well it was protected. */
export function passedMessage(
  target: Target,
  probe: Extract<ProbeFinding, { healthy: true }>,
  authenticated: boolean,
): string {
  const transport = probe.encrypted ? TRANSPORT[target.tlsMode] : 'plain SMTP';
  const unverified = probe.encrypted && !probe.verified ? ' (certificate not verified)' : '';
  const outcome = authenticated ? 'authenticated' : 'connected without authentication';
  return `${endpoint(target)}: ${outcome} over ${transport}${unverified}.`;
}

/** Where and why a check failed: the stage, the reply code, and what to look at. */
export function failureMessage(target: Target, { stage, reason, code }: SmtpFailure): string {
  const reply = code === undefined ? '' : ` (reply ${code})`;
  return `${endpoint(target)}: failed in stage ${stage}${reply}: ${SESSION_REASON_TEXT[reason]}.`;
}

export function passwordMessage(finding: PasswordFinding): string {
  if (finding.state === 'not-required') return 'The provider has no user name.';
  const { namespace, name, key } = finding.ref;
  const secret = `Secret "${namespace ? `${namespace}/${name}` : name}"`;
  const place = `${secret}, key "${key}",`;
  if (finding.state === 'loaded') return `${place} was read.`;
  const { reason } = finding;
  return `${isAboutKey(reason) ? place : secret} ${SECRET_REASON_TEXT[reason]}.`;
}
