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

/** 1 KiB of a header field, or of a mailbox or the names of an attachment, thrice as long as `\u00fc`. */
const ENTRY_JSON_BYTES = 4 * 1024;

/**
 * Octets that the JSON of a mail within the limits may have.
 *
 * The content twice: base64 needs 4/3, and text that is full of line breaks and quotes 2. One entry
 * more than there may be is for the subject and all else.
 */
export function jsonBytesLimit(limits: SubmissionLimits): number {
  const { recipients, contentBytes, attachments, headerFields } = limits;
  const entries = 2 * recipients + attachments + headerFields + 1;
  return 2 * contentBytes + entries * ENTRY_JSON_BYTES;
}
