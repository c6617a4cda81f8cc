/** How much one mail may hold; the operator's settings. */
export interface SubmissionLimits {
  /** Mailboxes in `to`, `cc` and `bcc` together, and in `replyTo`. */
  readonly recipients: number;
  /** Octets of `text`, `html` and the decoded attachments together. */
  readonly contentBytes: number;
  readonly attachments: number;
  /** Entries of `headers`. */
  readonly headerFields: number;
}

export const DEFAULT_SUBMISSION_LIMITS: SubmissionLimits = {
  // The least that every server takes in one transaction (RFC 5321 section 4.5.3.1.8).
  recipients: 100,
  // 10 MiB are 14 MiB as base64 in lines, which servers with the usual 20 to 35 MB take.
  contentBytes: 10 * 1024 * 1024,
  attachments: 50,
  headerFields: 50,
};

/**
 * Octets that the JSON of a mail within the limits may have.
 *
 * Base64 needs 4/3. Text may need up to 6 octets for one in JSON (`\u0001`), but hardly ever does:
 * twice the content and 256 KiB for recipients, headers and punctuation (100 mailboxes and 50
 * header fields of 1 KiB each are 150 KiB) are room for text that is full of line breaks and quotes.
 */
export function jsonBytesLimit({ contentBytes }: SubmissionLimits): number {
  return 2 * contentBytes + 256 * 1024;
}
