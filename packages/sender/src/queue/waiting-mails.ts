import type { Clock } from '@mailprovider/process';

/** setTimeout takes no more; a mail that is due later is looked at again then. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The ids of mails that wait to be tried: some are due, in the order in which they became so, some later. */
export class WaitingMails {
  readonly #clock: Clock;
  readonly #becameDue: () => void;
  readonly #due = new Set<string>();
  /** How to stop waiting for each. */
  readonly #later = new Map<string, () => void>();

  /** Calls back whenever a mail has become due. */
  constructor(clock: Clock, becameDue: () => void) {
    this.#clock = clock;
    this.#becameDue = becameDue;
  }

  /** How many are due. */
  get due(): number {
    return this.#due.size;
  }

  /** The ids of those that are due; they may be taken meanwhile. */
  dueIds(): Iterable<string> {
    return this.#due;
  }

  /**
   * Lets a mail wait until a time, in milliseconds since the epoch: for as long as that is away now,
   * even if the wall clock is set meanwhile.
   */
  add(id: string, dueAt: number): void {
    this.#wait(id, dueAt - this.#clock.now().getTime());
  }

  #wait(id: string, waitMs: number): void {
    if (waitMs <= 0) {
      this.#due.add(id);
      this.#becameDue();
      return;
    }
    const timerMs = Math.min(waitMs, LONGEST_TIMER_MS);
    const cancel = this.#clock.schedule(timerMs, () => {
      this.#later.delete(id);
      this.#wait(id, waitMs - timerMs);
    });
    this.#later.set(id, cancel);
  }

  /** Takes the mail that has been due for longest. */
  takeDue(): string | undefined {
    const [id] = this.#due;
    if (id !== undefined) this.#due.delete(id);
    return id;
  }

  /** Takes every mail that is due. */
  takeAllDue(): readonly string[] {
    const ids = [...this.#due];
    this.#due.clear();
    return ids;
  }

  /** Takes one mail, due or not; false if it does not wait here. */
  take(id: string): boolean {
    this.#later.get(id)?.();
    return this.#later.delete(id) || this.#due.delete(id);
  }

  /** Makes those of the mails that wait for their time due at once. */
  hasten(which: (id: string) => boolean): void {
    const ids = [...this.#later.keys()].filter(which);
    for (const id of ids) {
      this.take(id);
      this.#due.add(id);
    }
    if (ids.length > 0) this.#becameDue();
  }

  /** Forgets all; none becomes due any more. */
  clear(): void {
    for (const cancel of this.#later.values()) cancel();
    this.#later.clear();
    this.#due.clear();
  }
}
