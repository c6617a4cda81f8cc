/** What stays the same in every attempt of a mail, so that receivers can tell a repetition. */
export interface MailIdentity {
  /** With its angle brackets. */
  readonly messageId: string;
  readonly date: Date;
}

/** The Message-ID of a mail in the domain of who sends it (RFC 5322 section 3.6.4). */
export function messageIdFor(id: string, senderAddress: string): string {
  return `<${id}@${senderAddress.slice(senderAddress.lastIndexOf('@') + 1)}>`;
}
