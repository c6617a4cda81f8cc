import type { AttemptEnd } from '../delivery/attempt.ts';
import type { AttemptFailure } from '../mail/attempt-result.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import { logStoreFailure } from '../store/log-store-failure.ts';
import type { Claims } from '../store/mail-store.ts';
import { Alarm } from './alarm.ts';
import type { Allowance } from './allowance.ts';
import { onArrival } from './arrival.ts';
import { AttemptSlots } from './attempt-slots.ts';
import type { Failover } from './failover.ts';
import { GuestMails } from './guest-mails.ts';
import { MailAttempts, type MailAttemptsDeps } from './mail-attempts.ts';
import { Rerouting } from './rerouting.ts';
import { ServerAccess } from './server-access.ts';
import { StrandedMails } from './stranded-mails.ts';
import { WaitingMails } from './waiting-mails.ts';

export interface ProviderQueueDeps extends MailAttemptsDeps {
  readonly provider: string;
  readonly failover: Failover;
  allowance(): Allowance;
  /** Calls back when a server that failed works again. */
  recovered(): void;
}

/** A mail that is due later is given back to a store that others claim from. */
const HOLD_MS = 10_000;

/**
 * The mails of one provider that this process has claimed, until they end.
 *
 * A mail waits until it is due, takes a slot, is attempted, and waits again or ends. When no session
 * can be had, the attempt stands for every mail that is due: all are put off with its reason, and
 * the gate decides when the next one tries. Once a session works again nobody waits on account of
 * the server. While the provider cannot deliver, mails go to a fallback that can.
 */
export class ProviderQueue {
  readonly #deps: ProviderQueueDeps;
  readonly #waiting: WaitingMails;
  readonly #access: ServerAccess;
  readonly #opening: Alarm;
  readonly #attempts: MailAttempts;
  readonly #slots: AttemptSlots;
  readonly #rerouting: Rerouting;
  readonly #claims: Claims;
  readonly #stranded: StrandedMails;
  readonly #guests: GuestMails;
  #lastFailure: AttemptFailure | undefined;
  #closed = false;

  constructor(deps: ProviderQueueDeps) {
    const { clock, random, store, provider } = deps;
    this.#deps = deps;
    this.#waiting = new WaitingMails(clock, () => this.#fill());
    this.#access = new ServerAccess(clock, random, () => deps.allowance());
    this.#opening = new Alarm(clock, () => this.#opened());
    this.#stranded = new StrandedMails(this.#waiting, (id) => this.#wait(id, this.#now()));
    this.#guests = new GuestMails(this.#access, clock, () => deps.recovered());
    this.#attempts = new MailAttempts(deps, {
      settled: (mail) => this.#settled(mail),
      lost: (id) => this.#lost(id),
      mayGo: (id) => this.#rerouting.mayGo(id),
    });
    this.#slots = new AttemptSlots(this.#attempts, this.#access, {
      ended: (id, end, isFormer) => this.#ended(id, end, isFormer),
      storeFailed: (id, error) => this.#storeFailed(id, error),
      free: () => this.#slotFree(),
    });
    this.#rerouting = new Rerouting(deps, this.#waiting, {
      moved: (id) => {
        this.#access.storeWorked();
        this.#forget(id);
      },
      lost: (id) => this.#lost(id),
      stays: (id) => this.#wait(id, this.#now()),
      storeFailed: (id, error) => this.#storeFailed(id, error),
      over: () => this.#fill(),
    });
    this.#claims = store.claim(provider, { claimed: (mail) => this.#claimed(mail) });
    this.#fill();
  }

  /** Why mails wait for this provider, if they do on its account: the last failure of an attempt. */
  get heldBy(): AttemptFailure | undefined {
    const { isFailing, isSpent } = this.#access;
    return isFailing || isSpent ? this.#lastFailure : undefined;
  }

  get isBreakerOpen(): boolean {
    return this.#access.isOpen;
  }

  /** Whether a mail that another provider cannot deliver may come here. */
  get mayCome(): boolean {
    return this.#guests.mayCome(this.#waiting.due + this.#slots.used);
  }

  /** Such a mail is on its way; returns how to tell that it is there, or will not come. */
  expect(): () => void {
    return this.#guests.expect();
  }

  /** Such a mail found the queue full. */
  turnedAway(): void {
    if (!this.#closed) this.#guests.turnedAway();
  }

  /** Lets a mail that was taken wait for its turn again. */
  add({ id, dueAt }: MailRecord): void {
    this.#wait(id, dueAt);
  }

  /** Takes a waiting mail out, for its caller to end or to add again; false if it does not wait. */
  take(id: string): boolean {
    return this.#waiting.take(id);
  }

  /** A mail that was taken has ended. */
  ended(mail: MailRecord): void {
    this.#forget(mail.id);
    this.#deps.observer.ended(mail);
  }

  /** The provider or its password is another: slots that attempts with the former hold count no more. */
  renewed(): void {
    this.#slots.renew();
    this.changed();
  }

  /** The provider, its password or its health is another: what waits on account of the server may try again. */
  changed(): void {
    this.#access.reset();
    this.#stranded.release();
    this.#fill();
  }

  /** Another provider can deliver, perhaps what this one cannot. */
  reconsider(): void {
    if (this.#access.isDown) this.#waiting.hasten(this.#rerouting.thatMayGo());
    this.#fill();
  }

  /** Begins nothing more; resolves when what is under way has ended and is stored. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#claims.stop();
    this.#opening.cancel();
    this.#guests.close();
    this.#waiting.clear();
    await Promise.all([this.#slots.idle(), this.#rerouting.close()]);
    await this.#attempts.close();
  }

  #claimed(stored: MailRecord): void {
    const { clock, random, rules } = this.#deps;
    const moment = { now: clock.now().getTime(), random: random() };
    const mail = onArrival(stored, rules(), moment);
    this.#rerouting.note(mail);
    if (stored.dataStarted) this.#attempts.store(mail);
    else this.#waitAnywhere(mail);
  }

  #wait(id: string, dueAt: number): void {
    if (!this.#closed) this.#waiting.add(id, dueAt);
  }

  /**
   * Lets a mail wait here if that is short, and else wherever it is claimed next; what waits for the
   * server is to be there once that is tried again.
   */
  #waitAnywhere({ id, dueAt }: MailRecord): void {
    const now = this.#now();
    const opensAt = now + this.#access.opensAt - this.#deps.clock.monotonicMs();
    const from = this.#stranded.has(id) ? Math.min(opensAt, dueAt) : dueAt;
    if (dueAt - now > HOLD_MS && this.#claims.giveBack({ id }, from)) this.#forget(id);
    else this.#wait(id, dueAt);
  }

  #lost(id: string): void {
    this.#claims.giveBack({ id }, this.#now());
    this.#forget(id);
  }

  /** Begins what may begin, sends on what cannot be delivered here, and says how many more there is room for. */
  #fill(): void {
    if (this.#closed) return;
    // One moment for all, or what opens while this looks would be seen by nobody.
    const now = this.#deps.clock.monotonicMs();
    if (!this.#access.isWell) this.#sendOn();
    while (this.#waiting.due > 0 && this.#slots.used < this.#capacity(now)) this.#begin();
    if (this.#access.isDown || this.#access.isSpent) this.#sendOn();
    this.#opening.set(this.#access.nextOpening(now));
    this.#claims.request(this.#wanted(now));
  }

  /** What waits for the server or the store may begin, and others may send mails here again. */
  #opened(): void {
    this.#fill();
    if (!this.#access.isDown) this.#deps.recovered();
  }

  #sendOn(): void {
    if (!this.#access.isStoreSpared) this.#rerouting.begin();
  }

  #capacity(nowMs: number): number {
    // What is due goes elsewhere as soon as there is room on the way.
    if (!this.#access.isWell && this.#rerouting.isBusy) return 0;
    return this.#access.capacity(this.#slots.used, nowMs);
  }

  /** A slot that comes free finds the next mail here. */
  #wanted(nowMs: number): number {
    const { isDown, isSpent } = this.#access;
    const toDeliver = 2 * this.#capacity(nowMs) - this.#slots.used;
    const toSendOn = isDown || isSpent ? this.#rerouting.room : 0;
    return Math.max(0, Math.max(toDeliver, toSendOn) - this.#waiting.due);
  }

  #begin(): void {
    const id = this.#waiting.takeDue();
    if (id === undefined) return;
    this.#stranded.delete(id);
    this.#slots.begin(id);
  }

  #slotFree(): void {
    this.#fill();
    if (this.#access.hasRateLeft && this.mayCome) this.#deps.recovered();
  }

  async #ended(id: string, end: AttemptEnd | undefined, isFormer: boolean): Promise<void> {
    this.#access.storeWorked();
    if (end === undefined) this.#forget(id);
    else if (end.kind === 'no-session') await this.#strand(id, end.failure);
    else if (!isFormer) this.#judge(end);
  }

  /** The mail is as it was, and waits for the store. */
  #storeFailed(id: string, error: unknown): void {
    logStoreFailure(this.#deps.logger, error, id);
    this.#access.storeFailed();
    this.#wait(id, this.#now());
  }

  #judge(end: Exclude<AttemptEnd, { kind: 'no-session' }>): void {
    if (end.kind === 'abandoned') return;
    if (end.troubled) {
      this.#lastFailure = end.failure;
      this.#access.failed();
    } else if (this.#access.worked()) {
      this.#stranded.release();
      this.#deps.recovered();
    }
  }

  /** Puts off everything that is due, as the first one is already, unless it can go elsewhere. */
  async #strand(first: string, failure: AttemptFailure): Promise<void> {
    this.#lastFailure = failure;
    this.#access.failed();
    this.#stranded.add(first);
    if (this.#access.isDown && this.#rerouting.hasDestination) {
      this.#stranded.release();
      return;
    }
    await this.#stranded.addAllDue(
      (id) => this.#putOff(id, failure),
      () => this.#closed,
    );
  }

  async #putOff(id: string, failure: AttemptFailure): Promise<void> {
    try {
      if (!(await this.#attempts.putOff(id, failure))) this.#forget(id);
    } catch (error) {
      this.#storeFailed(id, error);
    }
  }

  #settled(mail: MailRecord): void {
    if (mail.state !== 'queued') {
      this.ended(mail);
      return;
    }
    this.#rerouting.note(mail);
    if (
      this.#stranded.takeReleased(mail.id) ||
      (this.#isToLeave(mail) && this.#rerouting.mayGo(mail.id))
    ) {
      this.#wait(mail.id, this.#now());
    } else this.#waitAnywhere(mail);
  }

  /** A fallback comes after the fast retries and before the slow ones; until the breaker opens the gate sets the pace. */
  #isToLeave({ attempts }: MailRecord): boolean {
    const { isDown, isFailing } = this.#access;
    return isDown || (isFailing && attempts > this.#deps.rules().fast.count);
  }

  #forget(id: string): void {
    this.#stranded.delete(id);
    this.#rerouting.forget(id);
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }
}
