import type { NatsConnection, PublishOptions } from '@nats-io/transport-node';

export interface Message {
  readonly subject: string;
  readonly payload: string | Uint8Array;
  readonly options: Partial<PublishOptions>;
  /** Told why it cannot be sent. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Messages of one turn of the event loop, sent together: each write to the socket costs as much as the
 * rest of a call, here and at the server.
 */
export class Outbox {
  readonly #connection: NatsConnection;
  #messages: Message[] = [];

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  add(message: Message): void {
    this.#messages.push(message);
    if (this.#messages.length === 1) setImmediate(() => this.send());
  }

  /** Sends at once what was added. */
  send(): void {
    const messages = this.#messages;
    this.#messages = [];
    for (const { subject, payload, options, failed } of messages) {
      try {
        this.#connection.publish(subject, payload, options);
      } catch (error) {
        failed?.(error);
      }
    }
  }

  /** Forgets what was added. */
  clear(): void {
    this.#messages = [];
  }
}
