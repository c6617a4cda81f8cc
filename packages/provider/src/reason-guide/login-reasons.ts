import type { SessionGuidance } from './guidance.ts';

/** Reasons of a login that was not possible, or not successful. */
export const LOGIN_REASONS = {
  AuthNotOffered: {
    stages: ['auth'],
    passes: 'no',
    causes: [
      'a port without logins, such as 25 of a relay',
      'a server that offers AUTH only over TLS, spoken to without',
    ],
    fix: [
      'Use the port for submission (587 or 465).',
      'If the server takes mail without a login, remove `spec.smtp.username` and `spec.smtp.passwordRef`.',
    ],
  },
  AuthMechanismUnsupported: {
    stages: ['auth'],
    passes: 'no',
    causes: [
      '`spec.smtp.authMethod` names a mechanism that the server does not offer',
      'a server that offers none of those spoken here: PLAIN, LOGIN and CRAM-MD5',
    ],
    fix: [
      'See what it offers: type `EHLO me` into `openssl s_client -quiet -crlf -starttls smtp -connect HOST:PORT` (on port 465 without `-starttls smtp`), read the line with AUTH, and type `QUIT`.',
      'Remove or correct `spec.smtp.authMethod`, or have PLAIN enabled there.',
    ],
  },
  AuthenticationFailed: {
    stages: ['auth'],
    passes: 'no',
    causes: [
      'a password that was changed at the server and not in the Secret, or the reverse',
      'a user name in the wrong form: often it is the whole mail address',
      'an account that is locked or has expired',
    ],
    fix: [
      'Check `spec.smtp.username`.',
      'Put the right password into the Secret (`kubectl edit secret SECRET -n mailprovider-credentials`, as it is below `stringData`, in base64 below `data`; or apply it anew): it is tried within 2 s.',
      'Ask the operator of the server whether the account is locked.',
    ],
  },
  AuthMethodDisabled: {
    stages: ['auth'],
    passes: 'after-4yz',
    causes: [
      'a provider that takes no passwords from programs, or for this account only an application password',
      'a mechanism that is forbidden there, or only over TLS',
    ],
    fix: [
      'Look for the reply in the [table of providers](#replies-of-large-providers).',
      'After a change at the provider, [end the suspension](health.md#suspended-logins).',
    ],
  },
  AuthThrottled: {
    stages: ['auth'],
    passes: 'yes',
    causes: [
      'too many logins or connections of this account, by anyone who has its password',
      'too many wrong passwords from this address',
    ],
    fix: [
      'Wait: the login is tried less and less often until it succeeds.',
      'Find who else uses the account; give each its own.',
    ],
  },
} as const satisfies Readonly<Record<string, SessionGuidance>>;
