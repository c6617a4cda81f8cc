/** A mailbox that a mail goes to or names; both parts are free of CR, LF and NUL. */
export interface Mailbox {
  /** RFC 5321 address, its local part possibly internationalised (RFC 6531). */
  readonly address: string;
  readonly name?: string;
}

export interface Attachment {
  readonly filename: string;
  /** Media type; without it that of the file name. */
  readonly contentType?: string;
  readonly content: Uint8Array;
  /** Makes it an inline part that `cid:` in the HTML refers to (RFC 2392). */
  readonly contentId?: string;
}

/** What a caller wants sent, checked: nothing in it can break out of its field. */
export interface Submission {
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  /** Header fields beyond those above, in their order; only names of the allow-list. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly attachments: readonly Attachment[];
  /** Name of the MailProvider to use. */
  readonly provider?: string;
  /** `name` or `namespace/name` of the BreakglassEscalation whose provider is to be used. */
  readonly escalation?: string;
  /** `name` or `namespace/name` of the ClusterConfig whose provider is to be used. */
  readonly cluster?: string;
}

/** One thing that is wrong with what a caller sent. */
export interface SubmissionProblem {
  /** Such as `to[0].address`; empty for the whole. */
  readonly field: string;
  /** What is wrong and what to write instead; never a value. */
  readonly message: string;
}
