/** A mail as the bytes that every attempt delivers, but for the header fields of the provider. */
export interface RenderedMail {
  /**
   * The message without From (RFC 5322): lines end in CRLF, the last one too, and leading dots are
   * doubled (RFC 5321 section 4.5.2).
   */
  readonly content: Uint8Array;
  /** Whether header fields hold more than ASCII, so that the server must offer SMTPUTF8 (RFC 6531). */
  readonly smtpUtf8: boolean;
}
