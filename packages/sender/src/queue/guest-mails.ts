import type { Clock } from '@mailprovider/process';
import { Alarm } from './alarm.ts';
import type { ServerAccess } from './server-access.ts';

/** When a full queue is offered mails of other providers again. */
const FULL_PAUSE_MS = 1_000;

/** The mails that other providers cannot deliver, on their way to a queue. */
export class GuestMails {
  readonly #access: Pick<ServerAccess, 'mayTake'>;
  readonly #clock: Clock;
  readonly #again: Alarm;
  /** Those that were told to come, and are not here yet. */
  #expected = 0;
  #isFull = false;

  /** Calls back when mails may come again that were turned away. */
  constructor(access: Pick<ServerAccess, 'mayTake'>, clock: Clock, welcome: () => void) {
    this.#access = access;
    this.#clock = clock;
    this.#again = new Alarm(clock, () => {
      this.#isFull = false;
      welcome();
    });
  }

  /** Whether one more may come, beside those that are here. */
  mayCome(here: number): boolean {
    return !this.#isFull && this.#access.mayTake(here + this.#expected);
  }

  /** One is on its way; returns how to tell that it is there, or will not come. */
  expect(): () => void {
    this.#expected += 1;
    return () => {
      this.#expected -= 1;
    };
  }

  /** One found the queue full: none is to come for a while. */
  turnedAway(): void {
    this.#isFull = true;
    this.#again.set(this.#clock.monotonicMs() + FULL_PAUSE_MS);
  }

  /** Lets none come any more. */
  close(): void {
    this.#isFull = true;
    this.#again.cancel();
  }
}
