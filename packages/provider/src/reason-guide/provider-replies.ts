import type { SessionReason } from '../reasons.ts';

/** What a large provider answers a login with, and what to do there. */
export interface ProviderReply {
  readonly provider: 'Gmail' | 'Office 365';
  readonly code: number;
  /** The enhanced status code (RFC 3463) behind it. */
  readonly enhancedStatus: string;
  readonly reason: SessionReason;
  /** As sentences, in Markdown. */
  readonly advice: readonly string[];
  /** Title of what the provider itself says of it, and its address. */
  readonly source: readonly [title: string, url: string];
}

const SMTP_AUTH = [
  'Microsoft Learn: Enable or disable SMTP AUTH in Exchange Online',
  'https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission',
] as const;
const BASIC_AUTH_RETIRED = [
  'Exchange Team Blog: Exchange Online to retire Basic auth for Client Submission',
  'https://techcommunity.microsoft.com/t5/exchange-team-blog/exchange-online-to-retire-basic-auth-for-client-submission-smtp/ba-p/4114750',
] as const;
const SUBMISSION_LIMITS = [
  'Microsoft Learn: Concurrent connection throttling for SMTP Authenticated Submission',
  'https://learn.microsoft.com/en-us/exchange/troubleshoot/send-emails/smtp-submission-improvements',
] as const;
const APP_PASSWORDS = [
  'Google Account Help: Sign in with app passwords',
  'https://support.google.com/accounts/answer/185833',
] as const;
const GMAIL_CODES = [
  'Google Workspace Help: Gmail SMTP errors and codes',
  'https://support.google.com/a/answer/3726730',
] as const;

export const PROVIDER_REPLIES: readonly ProviderReply[] = [
  {
    provider: 'Office 365',
    code: 535,
    enhancedStatus: '5.7.139',
    reason: 'AuthMethodDisabled',
    advice: [
      'SMTP AUTH is off for the tenant or the mailbox.',
      'On for one mailbox, which wins over the tenant: `Set-CASMailbox -Identity ADDRESS -SmtpClientAuthenticationDisabled $false`.',
      'Security defaults, an authentication policy or Conditional Access can forbid it all the same.',
    ],
    source: SMTP_AUTH,
  },
  {
    provider: 'Office 365',
    code: 550,
    enhancedStatus: '5.7.30',
    reason: 'AuthMethodDisabled',
    advice: [
      'The tenant takes no passwords for submission, only OAuth, which is not spoken here.',
      'Ask its administrator whether basic authentication can still be enabled; else send through a relay of your own, High Volume Email or Azure Communication Services.',
    ],
    source: BASIC_AUTH_RETIRED,
  },
  {
    provider: 'Office 365',
    code: 432,
    enhancedStatus: '4.3.2',
    reason: 'AuthThrottled',
    advice: [
      'More than three connections use this mailbox at once.',
      'Give other programs mailboxes of their own; it passes by itself.',
    ],
    source: SUBMISSION_LIMITS,
  },
  {
    provider: 'Gmail',
    code: 535,
    enhancedStatus: '5.7.8',
    reason: 'AuthenticationFailed',
    advice: [
      'The user name is the whole address, the password an app password of 16 letters (without spaces), not that of the account.',
      'Changing the password of the account revokes all app passwords.',
    ],
    source: APP_PASSWORDS,
  },
  {
    provider: 'Gmail',
    code: 534,
    enhancedStatus: '5.7.9',
    reason: 'AuthMethodDisabled',
    advice: [
      'The account has 2-Step Verification and wants an app password: make one and put it into the Secret.',
      'There are none for accounts with Advanced Protection, or where the organisation forbids them.',
    ],
    source: APP_PASSWORDS,
  },
  {
    provider: 'Gmail',
    code: 454,
    enhancedStatus: '4.7.0',
    reason: 'AuthThrottled',
    advice: [
      'Too many logins of the account, or a fault that passes.',
      'Find what else logs in with it; it passes by itself.',
    ],
    source: GMAIL_CODES,
  },
  {
    provider: 'Gmail',
    code: 421,
    enhancedStatus: '4.7.0',
    reason: 'ServiceUnavailable',
    advice: [
      'Gmail is troubled, or limits the address that the cluster leaves by; it may come before the login.',
      'It passes by itself; if not, have the cluster leave by another address.',
    ],
    source: GMAIL_CODES,
  },
];
