import type { FieldError } from '@mailprovider/provider/field-error';
import type { SecretReason } from '@mailprovider/provider/reasons';
import type { PasswordRef } from '@mailprovider/provider/schema';
import type { AuthSuspension } from '@mailprovider/provider/status-schema';
import type { Target } from '@mailprovider/provider/target';
import type { SessionTrace, SmtpFailure } from '@mailprovider/smtp';
import type { Login } from '@mailprovider/smtp/login/login';

/** What was found out about the password. */
export type PasswordFinding =
  | { readonly state: 'not-required' }
  | {
      readonly state: 'loaded';
      readonly ref: PasswordRef;
      /** Whether a final line break was taken off. */
      readonly trimmed: boolean;
    }
  | { readonly state: 'not-loaded'; readonly ref: PasswordRef; readonly reason: SecretReason };

/** What was found out about the server. */
export type ProbeFinding =
  | { readonly healthy: true; readonly trace: SessionTrace }
  | { readonly healthy: false; readonly failure: SmtpFailure; readonly trace: SessionTrace };

/** What became of the login; there is none without a user name. */
export type LoginFinding =
  /** It was tried, or the session ended before. */
  | { readonly state: 'due'; readonly login: Login }
  /** It was left out, and the probe failed in its place unless it failed before. */
  | { readonly state: 'suspended'; readonly record: AuthSuspension };

/** The outcome of one check of one provider. */
export type CheckResult =
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'disabled' }
  | {
      readonly kind: 'password-not-loaded';
      readonly password: Extract<PasswordFinding, { state: 'not-loaded' }>;
    }
  | {
      readonly kind: 'probed';
      readonly target: Target;
      readonly password: Exclude<PasswordFinding, { state: 'not-loaded' }>;
      readonly login?: LoginFinding;
      readonly probe: ProbeFinding;
    };

/** The outcome of a check of password and server. */
export type ServerCheckResult = Extract<CheckResult, { kind: 'password-not-loaded' | 'probed' }>;
