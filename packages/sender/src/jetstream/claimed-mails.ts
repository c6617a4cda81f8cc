import type { Calls } from './calls.ts';
import type { StoredMail } from './token.ts';

/** A mail that this process has, until it is settled. */
export interface ClaimedMail {
  /** As this process wrote it last. */
  stored: StoredMail;
  /** Empty where it is kept apart. */
  readonly content: Uint8Array;
  /** Whose message it was claimed by. */
  readonly provider: string;
  readonly hop: number;
  /** Where the message is acknowledged. */
  reply: string;
  heardAt: number;
}

const ACKNOWLEDGED = '+ACK';
const WORKING = '+WPI';
const NOT_ACKNOWLEDGED = '-NAK';

/** The mails that this process has claimed, and what NATS is told of them. */
export class ClaimedMails {
  readonly #calls: Calls;
  readonly #mails = new Map<string, ClaimedMail>();
  readonly #beats: NodeJS.Timeout;
  readonly #stopListening: () => void;

  constructor(calls: Calls, ackWaitMs: number) {
    this.#calls = calls;
    this.#beats = setInterval(() => this.#beat(ackWaitMs / 3), ackWaitMs / 6);
    this.#stopListening = calls.onReconnect(() => this.#beat(0));
  }

  get(id: string): ClaimedMail | undefined {
    return this.#mails.get(id);
  }

  all(): readonly ClaimedMail[] {
    return [...this.#mails.values()];
  }

  add(mail: Omit<ClaimedMail, 'heardAt'>): void {
    this.#mails.set(mail.stored.mail.id, { ...mail, heardAt: performance.now() });
  }

  /** The message came again, since NATS did not hear of it for too long. */
  renew(claimed: ClaimedMail, reply: string): void {
    claimed.reply = reply;
    claimed.heardAt = performance.now();
  }

  /** The mail needs no message any more. */
  settle(id: string): void {
    const claimed = this.forget(id);
    if (claimed) acknowledge(this.#calls, claimed.reply);
  }

  /** Lets the mail be claimed again after a time. */
  giveBack(id: string, delayMs: number): void {
    const claimed = this.forget(id);
    if (claimed) putBack(this.#calls, claimed.reply, delayMs);
  }

  /** Somebody else has the mail. */
  forget(id: string): ClaimedMail | undefined {
    const claimed = this.#mails.get(id);
    this.#mails.delete(id);
    return claimed;
  }

  close(): void {
    clearInterval(this.#beats);
    this.#stopListening();
  }

  /** Tells NATS of the mails that it did not hear of for some time. */
  #beat(silentMs: number): void {
    const now = performance.now();
    for (const claimed of this.#mails.values()) {
      if (now - claimed.heardAt < silentMs) continue;
      claimed.heardAt = now;
      this.#calls.tell(claimed.reply, WORKING);
    }
  }
}

/** Has a message removed from its stream. */
export function acknowledge(calls: Calls, reply: string): void {
  calls.tell(reply, ACKNOWLEDGED);
}

/** Has a message handed out again after a time. */
export function putBack(calls: Calls, reply: string, delayMs: number): void {
  const delay = Math.ceil(delayMs) * 1_000_000;
  calls.tell(reply, delay > 0 ? `${NOT_ACKNOWLEDGED} {"delay":${delay}}` : NOT_ACKNOWLEDGED);
}
