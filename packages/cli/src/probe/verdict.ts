import { passedMessage, passwordMessage } from '@mailprovider/health/status/messages';
import { formatFieldError } from '@mailprovider/provider/field-error';
import { SESSION_REASON_TEXT } from '@mailprovider/provider/reason-text';
import type { SecretReason, SessionReason, Stage } from '@mailprovider/provider/reasons';
import type { CertificateFacts } from '@mailprovider/smtp';
import type { Outcome } from './outcome.ts';

/** What came of a probe, why, and what to do about it. */
export interface Verdict {
  readonly verdict: 'passed' | 'failed' | 'password-not-loaded' | 'invalid';
  readonly stage?: Stage;
  readonly reason?: SessionReason | SecretReason;
  /** The server's reply code, where a reply was the cause. */
  readonly code?: number;
  readonly messages: readonly string[];
}

export function verdictOf({ result }: Outcome): Verdict {
  switch (result.kind) {
    case 'invalid':
      return { verdict: 'invalid', messages: result.errors.map(formatFieldError) };
    case 'password-not-loaded': {
      const { reason } = result.password;
      const messages = [passwordMessage(result.password)];
      return { verdict: 'password-not-loaded', reason, messages };
    }
    case 'probed': {
      const { target, probe, password } = result;
      if (probe.healthy) {
        const message = passedMessage(target, probe.trace, password.state === 'loaded');
        return { verdict: 'passed', messages: [message] };
      }
      const { stage, reason, code } = probe.failure;
      const reply = code === undefined ? {} : { code };
      return {
        verdict: 'failed',
        stage,
        reason,
        ...reply,
        messages: [SESSION_REASON_TEXT[reason]],
      };
    }
  }
}

const DAY_MS = 86_400_000;

/** Whole days until a certificate ends, negative since it has. */
export function daysLeft({ notAfter }: CertificateFacts, now: Date): number {
  return Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
}
