import { setImmediate } from 'node:timers/promises';
import type { WaitingMails } from './waiting-mails.ts';

/** Mails that are put off before the event loop has its turn: reading one takes some 0.03 ms. */
const PUT_OFF_AT_ONCE = 100;

/** The mails that were put off because no session could be had: they wait for the server, not for their time. */
export class StrandedMails {
  readonly #waiting: Pick<WaitingMails, 'take' | 'takeAllDue'>;
  readonly #waitNow: (id: string) => void;
  readonly #stranded = new Set<string>();
  /** Let go while they were about to be stored as put off. */
  readonly #released = new Set<string>();

  /** Calls back with mails that are to wait, and are due at once. */
  constructor(waiting: Pick<WaitingMails, 'take' | 'takeAllDue'>, waitNow: (id: string) => void) {
    this.#waiting = waiting;
    this.#waitNow = waitNow;
  }

  add(id: string): void {
    this.#stranded.add(id);
  }

  has(id: string): boolean {
    return this.#stranded.has(id);
  }

  /** It is tried now, or does not wait here any more. */
  delete(id: string): void {
    this.#stranded.delete(id);
    this.#released.delete(id);
  }

  /** Strands everything that is due, and has each put off that was not let go by then. */
  async addAllDue(putOff: (id: string) => Promise<void>, isClosed: () => boolean): Promise<void> {
    const due = this.#waiting.takeAllDue();
    for (const id of due) this.#stranded.add(id);
    for (const [index, id] of due.entries()) {
      if (index % PUT_OFF_AT_ONCE === PUT_OFF_AT_ONCE - 1) await setImmediate();
      if (isClosed()) return;
      if (this.takeReleased(id)) this.#waitNow(id);
      else await putOff(id);
    }
  }

  /** Lets all go: those that wait at once, and the others once they do. */
  release(): void {
    const waiting: string[] = [];
    for (const id of this.#stranded) {
      if (this.#waiting.take(id)) waiting.push(id);
      else this.#released.add(id);
    }
    this.#stranded.clear();
    for (const id of waiting) this.#waitNow(id);
  }

  /** Whether it was let go before it waited; it is forgotten then. */
  takeReleased(id: string): boolean {
    return this.#released.delete(id);
  }
}
