import type { FieldError } from '@mailprovider/provider/field-error';
import type { SecretReason } from '@mailprovider/provider/reasons';
import type { PasswordRef } from '@mailprovider/provider/schema';
import type { Target } from '@mailprovider/provider/target';
import type { SmtpFailure } from '@mailprovider/smtp';

/** What was found out about the password. */
export type PasswordFinding =
  | { readonly state: 'not-required' }
  | { readonly state: 'loaded'; readonly ref: PasswordRef }
  | { readonly state: 'not-loaded'; readonly ref: PasswordRef; readonly reason: SecretReason };

/** What was found out about the server. */
export type ProbeFinding =
  | { readonly healthy: true; readonly encrypted: boolean; readonly verified: boolean }
  | { readonly healthy: false; readonly failure: SmtpFailure };

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
      readonly probe: ProbeFinding;
    };
