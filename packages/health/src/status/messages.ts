import {
  isAboutKey,
  SECRET_REASON_TEXT,
  SESSION_REASON_TEXT,
} from '@mailprovider/provider/reason-text';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import { endpoint, type Target } from '@mailprovider/provider/target';
import type { SessionTrace, SmtpFailure } from '@mailprovider/smtp';
import type { PasswordFinding } from '../check/check-result.ts';

const TRANSPORT: Readonly<Record<Target['tlsMode'], string>> = {
  implicit: 'implicit TLS',
  starttls: 'STARTTLS',
  opportunistic: 'STARTTLS',
  none: 'plain SMTP',
};

/** What a passed check reached, and how well it was protected. */
export function passedMessage(
  target: Target,
  { tls }: SessionTrace,
  authenticated: boolean,
): string {
  const transport = tls === undefined ? 'plain SMTP' : TRANSPORT[target.tlsMode];
  const unverified = tls === undefined || tls.verified ? '' : ' (certificate not verified)';
  const outcome = authenticated ? 'authenticated' : 'connected without authentication';
  return `${endpoint(target)}: ${outcome} over ${transport}${unverified}.`;
}

/** Where and why a check failed: the stage, the reply code, what to look at, and what waits. */
export function failureMessage(
  target: Target,
  { stage, reason, code }: SmtpFailure,
  suspension: AuthSuspension | undefined,
): string {
  const reply = code === undefined ? '' : ` (reply ${code})`;
  const failed = `${endpoint(target)}: failed in stage ${stage}${reply}: ${SESSION_REASON_TEXT[reason]}.`;
  if (suspension === undefined) return failed;
  return `${failed} The login is not tried again before ${suspension.until}, unless the Secret, the user name or the server changes.`;
}

export function passwordMessage(finding: PasswordFinding): string {
  if (finding.state === 'not-required') return 'The provider has no user name.';
  const { namespace, name, key } = finding.ref;
  const secret = `Secret "${namespace ? `${namespace}/${name}` : name}"`;
  const place = `${secret}, key "${key}",`;
  if (finding.state === 'loaded') {
    return `${place} was read${finding.trimmed ? ', without its final line break' : ''}.`;
  }
  const { reason } = finding;
  return `${isAboutKey(reason) ? place : secret} ${SECRET_REASON_TEXT[reason]}.`;
}
