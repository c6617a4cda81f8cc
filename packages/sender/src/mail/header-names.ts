/** Fields that say something about a mail and decide nothing about who gets it or how it is read. */
export const ALLOWED_HEADERS = [
  'Auto-Submitted',
  'Comments',
  'Feedback-ID',
  'Importance',
  'In-Reply-To',
  'Keywords',
  'List-Archive',
  'List-Help',
  'List-ID',
  'List-Owner',
  'List-Post',
  'List-Subscribe',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Organization',
  'Precedence',
  'Priority',
  'References',
  'Sensitivity',
] as const;

/**
 * Families of `X-` fields, each the name itself and what follows it after a hyphen, that relays and
 * mail services take orders from, some about the recipients (`X-SMTPAPI`, `X-MC-BccAddress`), or
 * that receivers take for the word of a server or a filter.
 */
export const DENIED_X_FAMILIES = [
  'X-Amavis',
  'X-Apparently',
  'X-Authenticated',
  'X-Authentication',
  'X-Barracuda',
  'X-Bcc',
  'X-Cc',
  'X-Confirm-Reading-To',
  'X-Delivered',
  'X-DKIM',
  'X-DSPAM',
  'X-ElasticEmail',
  'X-Envelope',
  'X-EOPAttributedMessage',
  'X-Exchange',
  'X-Forefront',
  'X-Forwarded',
  'X-From',
  'X-GM',
  'X-Google',
  'X-IronPort',
  'X-Mailgun',
  'X-Mailin',
  'X-Mailjet',
  'X-MC',
  'X-Microsoft',
  'X-MJ',
  'X-MS',
  'X-MSYS',
  'X-Original',
  'X-Originating',
  'X-PM',
  'X-Postmark',
  'X-Proofpoint',
  'X-Received',
  'X-Recipient',
  'X-Resent',
  'X-Return-Path',
  'X-Rspamd',
  'X-Sender',
  'X-SES',
  'X-SG',
  'X-Sib',
  'X-SMTPAPI',
  'X-Spam',
  'X-Spamd',
  'X-To',
  'X-Virus',
] as const;

/** Printable ASCII without the colon (RFC 5322 section 2.2), of a length that is sane. */
const FIELD_NAME = /^[!-9;-~]{1,76}$/;

/** Those of the allowed fields whose value is a text for people. */
const TEXTS: ReadonlySet<string> = new Set(['comments', 'keywords', 'organization']);

const allowed = new Set(ALLOWED_HEADERS.map((name) => name.toLowerCase()));
const deniedX = DENIED_X_FAMILIES.map((family) => family.toLowerCase());

/** Where to say what these fields say. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['to', 'use the field "to"'],
  ['cc', 'use the field "cc"'],
  ['bcc', 'use the field "bcc"'],
  ['reply-to', 'use the field "replyTo"'],
  ['subject', 'use the field "subject"'],
  ['from', 'the MailProvider sets it'],
  ['sender', 'the MailProvider sets it'],
  ['return-path', 'the server that delivers sets it'],
  ['message-id', 'the sender sets it'],
  ['date', 'the sender sets it'],
]);

/** Says why a header field may not be set, or nothing when it may. */
export function headerNameProblem(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (allowed.has(lower)) return undefined;
  if (!FIELD_NAME.test(name)) {
    return 'must have a name of 1 to 76 printable ASCII characters without spaces and colons';
  }
  if (lower.startsWith('x-')) {
    const denied = deniedX.some((family) => `${lower}-`.startsWith(`${family}-`));
    return denied || lower === 'x-'
      ? 'may not be set: mail systems obey or trust it; choose another name'
      : undefined;
  }
  const instead = INSTEAD.get(lower);
  if (instead !== undefined) return `may not be set as a header; ${instead}`;
  return `may not be set; allowed are X-… and ${ALLOWED_HEADERS.join(', ')}`;
}

/**
 * Whether the value of an allowed field is for programs, as ids, URLs and keywords are: no encoded
 * word may stand for such a value (RFC 2047 section 5), so it has to be written as it is.
 */
export function isStructured(name: string): boolean {
  const lower = name.toLowerCase();
  return !lower.startsWith('x-') && !TEXTS.has(lower);
}
