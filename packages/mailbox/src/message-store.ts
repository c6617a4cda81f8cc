/** A message as the mailbox took it over SMTP. */
export interface ReceivedMessage {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** The message as sent, decoded as UTF-8. */
  readonly raw: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly tls: boolean;
  /** The username, if the client authenticated. */
  readonly authenticatedAs?: string;
}

const MAX_MESSAGES = 1_000;
/** Ten of the largest messages: what one JSON answer holds without trouble. */
const MAX_TOTAL_CHARACTERS = 100 * 1024 * 1024;

/** Keeps the newest 1,000 messages, fewer if together they exceed 100 Mi characters. */
export class MessageStore {
  readonly #messages: ReceivedMessage[] = [];
  #characters = 0;

  add(message: ReceivedMessage): void {
    this.#messages.push(message);
    this.#characters += message.raw.length;
    while (this.#messages.length > MAX_MESSAGES || this.#characters > MAX_TOTAL_CHARACTERS) {
      this.#characters -= this.#messages.shift()?.raw.length ?? 0;
    }
  }

  /** All messages, the oldest first. */
  list(): readonly ReceivedMessage[] {
    return this.#messages;
  }
}
