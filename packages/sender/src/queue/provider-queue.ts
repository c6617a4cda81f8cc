import { setImmediate } from 'node:timers/promises';
import type { AttemptEnd } from '../delivery/attempt.ts';
import type { AttemptFailure } from '../mail/attempt-result.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import { logStoreFailure } from '../store/log-store-failure.ts';
import type { Claims } from '../store/mail-store.ts';
import { Alarm } from './alarm.ts';
import { onArrival } from './arrival.ts';
import { MailAttempts, type MailAttemptsDeps } from './mail-attempts.ts';
import { ServerGate } from './server-gate.ts';
import { WaitingMails } from './waiting-mails.ts';

export interface ProviderQueueDeps extends MailAttemptsDeps {
  readonly provider: string;
  /** How many attempts at once the provider allows now. */
  slots(): number;
}

/** Mails that are put off before the event loop has its turn: reading one takes some 0.03 ms. */
const PUT_OFF_AT_ONCE = 100;

/** A mail that is due later is given back to a store that others claim from. */
const HOLD_MS = 10_000;

/**
 * The mails of one provider that this process has claimed, until they end.
 *
 * A mail waits until it is due, takes a slot, is attempted, and waits again or ends. When no session
 * can be had, the attempt stands for every mail that is due: all are put off with its reason, and
 * the gate decides when the next one tries. Once a session works again nobody waits on account of
 * the server.
 */
export class ProviderQueue {
  readonly #deps: ProviderQueueDeps;
  readonly #waiting: WaitingMails;
  readonly #gate: ServerGate;
  /** An attempt that cannot be marked costs the server a session, so a store that fails is spared, too. */
  readonly #storeGate: ServerGate;
  readonly #opening: Alarm;
  readonly #attempts: MailAttempts;
  readonly #claims: Claims;
  /** Put off because no session could be had. */
  readonly #stranded = new Set<string>();
  /** Stranded when a session worked again, and about to be stored as put off. */
  readonly #released = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  /** Those of them that began since the provider was another. */
  #inSlots = new Set<Promise<void>>();
  #closed = false;

  constructor(deps: ProviderQueueDeps) {
    this.#deps = deps;
    this.#waiting = new WaitingMails(deps.clock, () => this.#fill());
    this.#gate = new ServerGate(deps.random);
    this.#storeGate = new ServerGate(deps.random);
    this.#opening = new Alarm(deps.clock, () => this.#fill());
    this.#attempts = new MailAttempts(deps, {
      settled: (mail) => this.#settled(mail),
      lost: (id) => this.#lost(id),
    });
    this.#claims = deps.store.claim(deps.provider, { claimed: (mail) => this.#claimed(mail) });
    this.#fill();
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
    this.#inSlots = new Set();
    this.changed();
  }

  /** The provider, its password or its health is another: what waits on account of the server may try again. */
  changed(): void {
    this.#gate.reset();
    this.#release();
    this.#fill();
  }

  /** Begins nothing more; resolves when what is under way has ended and is stored. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#claims.stop();
    this.#opening.cancel();
    this.#waiting.clear();
    await Promise.all(this.#underWay);
    await this.#attempts.close();
  }

  #claimed(stored: MailRecord): void {
    const { clock, random, rules } = this.#deps;
    const moment = { now: clock.now().getTime(), random: random() };
    const mail = onArrival(stored, rules(), moment);
    if (stored.dataStarted) this.#attempts.store(mail);
    else this.#wait(mail.id, mail.dueAt);
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
    const opensAt = now + this.#gate.opensAt - this.#deps.clock.monotonicMs();
    const from = this.#stranded.has(id) ? Math.min(opensAt, dueAt) : dueAt;
    if (dueAt - now > HOLD_MS && this.#claims.giveBack({ id }, from)) this.#forget(id);
    else this.#wait(id, dueAt);
  }

  #lost(id: string): void {
    this.#claims.giveBack({ id }, this.#now());
    this.#forget(id);
  }

  #fill(): void {
    while (!this.#closed && this.#waiting.hasDue && this.#hasSlot()) {
      const id = this.#waiting.takeDue();
      if (id === undefined) return;
      this.#stranded.delete(id);
      const inSlots = this.#inSlots;
      const attempt = this.#attempt(id, inSlots).finally(() => {
        this.#underWay.delete(attempt);
        inSlots.delete(attempt);
        this.#fill();
      });
      this.#underWay.add(attempt);
      inSlots.add(attempt);
    }
  }

  #hasSlot(): boolean {
    const opensAt = Math.max(this.#gate.opensAt, this.#storeGate.opensAt);
    if (opensAt > this.#deps.clock.monotonicMs()) {
      this.#opening.set(opensAt);
      return false;
    }
    const room = this.#storeGate.limit(this.#deps.slots());
    return this.#inSlots.size < this.#gate.limit(room);
  }

  async #attempt(id: string, inSlots: ReadonlySet<unknown>): Promise<void> {
    try {
      const end = await this.#attempts.attempt(id);
      this.#storeGate.worked();
      if (end === undefined) this.#forget(id);
      else if (end.kind === 'no-session') await this.#strand(id, end.failure);
      else if (inSlots === this.#inSlots) this.#judge(end);
    } catch (error) {
      this.#storeFailed(id, error);
    }
  }

  /** The mail is as it was, and waits for the store. */
  #storeFailed(id: string, error: unknown): void {
    logStoreFailure(this.#deps.logger, error, id);
    this.#storeGate.failed(this.#deps.clock.monotonicMs());
    this.#wait(id, this.#now());
  }

  #judge(end: Exclude<AttemptEnd, { kind: 'no-session' }>): void {
    if (end.kind === 'abandoned') return;
    if (end.troubled) this.#gate.failed(this.#deps.clock.monotonicMs());
    else if (this.#gate.worked()) this.#release();
  }

  /** Puts off everything that is due, as the first one is already. */
  async #strand(first: string, failure: AttemptFailure): Promise<void> {
    this.#gate.failed(this.#deps.clock.monotonicMs());
    const due = this.#waiting.takeAllDue();
    for (const id of [first, ...due]) this.#stranded.add(id);
    for (const [index, id] of due.entries()) {
      if (index % PUT_OFF_AT_ONCE === PUT_OFF_AT_ONCE - 1) await setImmediate();
      if (this.#closed) return;
      if (this.#released.delete(id)) this.#wait(id, this.#now());
      else await this.#putOff(id, failure);
    }
  }

  async #putOff(id: string, failure: AttemptFailure): Promise<void> {
    try {
      if (!(await this.#attempts.putOff(id, failure))) this.#forget(id);
    } catch (error) {
      this.#storeFailed(id, error);
    }
  }

  #release(): void {
    const stranded = [...this.#stranded];
    this.#stranded.clear();
    for (const id of stranded) {
      if (this.#waiting.take(id)) this.#wait(id, this.#now());
      else this.#released.add(id);
    }
  }

  #settled(mail: MailRecord): void {
    if (mail.state !== 'queued') this.ended(mail);
    else if (this.#released.delete(mail.id)) this.#wait(mail.id, this.#now());
    else this.#waitAnywhere(mail);
  }

  #forget(id: string): void {
    this.#stranded.delete(id);
    this.#released.delete(id);
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }
}
