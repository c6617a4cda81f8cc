import type { Clock } from '@mailprovider/process';
import type { Allowance } from './allowance.ts';
import { type Rate, RateWindow } from './rate-window.ts';
import { ServerGate } from './server-gate.ts';

/**
 * Decides when and how often the server of a provider is tried: a breaker, since a server that fails
 * is spared, and the rate.
 */
export class ServerAccess {
  readonly #clock: Clock;
  readonly #allowance: () => Allowance;
  readonly #gate: ServerGate;
  readonly #window = new RateWindow();
  /** Mails that others were told may come, and that have not come yet. */
  #expected = 0;

  constructor(clock: Clock, random: () => number, allowance: () => Allowance) {
    this.#clock = clock;
    this.#allowance = allowance;
    this.#gate = new ServerGate(random);
  }

  /** How many attempts may be under way, given that so many are. */
  capacity(underWay: number): number {
    const { slots, rate } = this.#allowance();
    if (this.#gate.opensAt > this.#clock.monotonicMs()) return 0;
    return Math.min(this.#gate.limit(slots), underWay + this.#rateRoom(rate));
  }

  /** When attempts may begin again, in milliseconds of the monotonic clock; in the past where they may now. */
  get opensAt(): number {
    const { rate } = this.#allowance();
    if (rate === undefined || this.#rateRoom(rate) > 0) return this.#gate.opensAt;
    return Math.max(this.#gate.opensAt, this.#window.opensAt(rate));
  }

  /** Whether it may be used, and health has not found its server to fail. */
  get isWell(): boolean {
    return this.#allowance().isWell;
  }

  /** Whether the server has failed since it last worked. */
  get isFailing(): boolean {
    return this.#gate.failures > 0;
  }

  /** Whether nothing can be delivered now for a reason that other providers do not have: failed too often, not healthy, not to be used. */
  get isDown(): boolean {
    return !this.isWell || this.isOpen;
  }

  /** Whether the breaker is open: the server failed more often in a row than the fast retries bridge. */
  get isOpen(): boolean {
    return this.#gate.failures > this.#allowance().fastRetries;
  }

  /** Whether the rate allows no more now. */
  get isSpent(): boolean {
    return this.#rateRoom(this.#allowance().rate) <= 0;
  }

  /** Whether there is a rate, and it allows more now. */
  get hasRateLeft(): boolean {
    return this.#allowance().rate !== undefined && !this.isSpent;
  }

  /**
   * Whether a mail may come here that another provider cannot deliver, beside those that are here.
   * While the breaker is open that is a single one, as its trial, each time it may be tried again.
   */
  mayCome(busyWith: number): boolean {
    const { rate, isWell } = this.#allowance();
    if (!isWell || this.#rateRoom(rate) <= busyWith + this.#expected) return false;
    return !this.isDown || this.#mayBeTried(busyWith);
  }

  /** A mail that may come is on its way; `arrived` follows. */
  expect(): void {
    this.#expected += 1;
  }

  /** What was expected has come, or will not. */
  arrived(): void {
    this.#expected -= 1;
  }

  begin(): void {
    this.#window.begin();
  }

  /** An attempt ended; `offered` if the server was offered a mail. */
  end(offered: boolean): void {
    const counts = offered && this.#allowance().rate !== undefined;
    this.#window.end(this.#clock.monotonicMs(), counts);
  }

  failed(): void {
    this.#gate.failed(this.#clock.monotonicMs());
  }

  /** Returns whether it had failed before. */
  worked(): boolean {
    return this.#gate.worked();
  }

  /** What failed has been changed: a trial may begin at once. */
  reset(): void {
    this.#gate.reset();
  }

  #mayBeTried(busyWith: number): boolean {
    return busyWith === 0 && this.#expected === 0 && this.capacity(0) > 0;
  }

  #rateRoom(rate: Rate | undefined): number {
    if (rate === undefined) return Number.POSITIVE_INFINITY;
    return this.#window.room(rate, this.#clock.monotonicMs());
  }
}
