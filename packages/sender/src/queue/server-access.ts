import type { Clock } from '@mailprovider/process';
import type { Allowance } from './allowance.ts';
import { type Rate, RateWindow } from './rate-window.ts';
import { ServerGate } from './server-gate.ts';

/**
 * Decides when and how often the server of a provider is tried: the breaker, since a server that fails
 * is spared, the rate, and the store that attempts are marked in.
 */
export class ServerAccess {
  readonly #clock: Clock;
  readonly #allowance: () => Allowance;
  readonly #gate: ServerGate;
  readonly #window = new RateWindow();
  /** An attempt that cannot be marked costs the server a session, so a store that fails is spared, too. */
  readonly #storeGate: ServerGate;

  constructor(clock: Clock, random: () => number, allowance: () => Allowance) {
    this.#clock = clock;
    this.#allowance = allowance;
    this.#gate = new ServerGate(random);
    this.#storeGate = new ServerGate(random);
  }

  /** How many attempts may be under way at a moment, given that so many are. */
  capacity(underWay: number, nowMs: number): number {
    const { slots, rate } = this.#allowance();
    if (Math.max(this.#gate.opensAt, this.#storeGate.opensAt) > nowMs) return 0;
    const limit = this.#storeGate.limit(this.#gate.limit(slots));
    return Math.min(limit, underWay + this.#rateRoom(rate, nowMs));
  }

  /** When there is more capacity than at that moment; at infinity if only an attempt that ends makes some. */
  nextOpening(nowMs: number): number {
    const ahead = [this.#opensAt(nowMs), this.#storeGate.opensAt].filter((at) => at > nowMs);
    return Math.min(...ahead);
  }

  /** Whether nothing is to be written now that can wait. */
  get isStoreSpared(): boolean {
    return this.#storeGate.opensAt > this.#clock.monotonicMs();
  }

  /** When the server may be tried again, in milliseconds of the monotonic clock; in the past where it may now. */
  get opensAt(): number {
    return this.#opensAt(this.#clock.monotonicMs());
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
    return this.#rateRoom(this.#allowance().rate, this.#clock.monotonicMs()) <= 0;
  }

  /** Whether there is a rate, and it allows more now. */
  get hasRateLeft(): boolean {
    return this.#allowance().rate !== undefined && !this.isSpent;
  }

  /**
   * Whether a mail that another provider cannot deliver could be delivered here, beside so many others.
   * While the breaker is open that is a single one, as its trial, each time it may be tried again.
   */
  mayTake(others: number): boolean {
    const { rate, isWell } = this.#allowance();
    const now = this.#clock.monotonicMs();
    if (!isWell || this.#rateRoom(rate, now) <= others) return false;
    return !this.isOpen || (others === 0 && this.capacity(0, now) > 0);
  }

  begin(): void {
    this.#window.begin();
  }

  /** An attempt ended; `offered` if the server was offered a mail. */
  end(offered: boolean): void {
    const counted = offered ? this.#allowance().rate : undefined;
    this.#window.end(this.#clock.monotonicMs(), counted);
  }

  failed(): void {
    this.#gate.failed(this.#clock.monotonicMs());
  }

  /** Returns whether it had failed before. */
  worked(): boolean {
    return this.#gate.worked();
  }

  storeFailed(): void {
    this.#storeGate.failed(this.#clock.monotonicMs());
  }

  storeWorked(): void {
    this.#storeGate.worked();
  }

  /** What failed has been changed: a trial may begin at once. */
  reset(): void {
    this.#gate.reset();
  }

  #opensAt(nowMs: number): number {
    const { rate } = this.#allowance();
    if (rate === undefined || this.#rateRoom(rate, nowMs) > 0) return this.#gate.opensAt;
    return Math.max(this.#gate.opensAt, this.#window.opensAt(rate));
  }

  #rateRoom(rate: Rate | undefined, nowMs: number): number {
    return rate === undefined ? Number.POSITIVE_INFINITY : this.#window.room(rate, nowMs);
  }
}
