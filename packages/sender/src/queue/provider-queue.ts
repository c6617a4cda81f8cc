import type { Clock, Logger } from '@mailprovider/process';
import type { AttemptEnd, Delivery } from '../delivery/attempt.ts';
import type { AttemptFailure, AttemptResult } from '../mail/attempt-result.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import type { AttemptReport, SenderObserver } from '../observer.ts';
import type { MailStore } from '../store/mail-store.ts';
import { afterAttempt, isOpen, type OutcomeRules } from './attempt-outcome.ts';
import { Backlog } from './backlog.ts';
import { ServerGate } from './server-gate.ts';
import { StoredUpdates } from './stored-updates.ts';
import { WaitingMails } from './waiting-mails.ts';

export interface ProviderQueueDeps {
  readonly store: MailStore;
  readonly delivery: Delivery;
  readonly observer: SenderObserver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** What the provider and the settings say of retries now. */
  rules(): OutcomeRules;
  /** How many attempts at once the provider allows now. */
  slots(): number;
}

type EndOfAttempt = Exclude<AttemptEnd, { kind: 'abandoned' }>;

/** A store that fails is asked again after so long. */
const STORE_PAUSE_MS = 1_000;

/**
 * The mails of one provider, from acceptance to their end.
 *
 * A mail waits until it is due, takes a slot, is attempted, and waits again or ends. When no session
 * can be had, the attempt stands for every mail that is due: all are put off with its reason, and
 * the gate decides when the next one tries. Once a session works again nobody waits on account of
 * the server.
 */
export class ProviderQueue {
  readonly backlog = new Backlog();
  readonly #deps: ProviderQueueDeps;
  readonly #waiting: WaitingMails;
  readonly #gate: ServerGate;
  readonly #updates: StoredUpdates;
  /** Put off because no session could be had. */
  readonly #stranded = new Set<string>();
  readonly #attempts = new Set<Promise<void>>();
  #cancelOpening: (() => void) | undefined;
  #closed = false;

  constructor(deps: ProviderQueueDeps) {
    this.#deps = deps;
    this.#waiting = new WaitingMails(deps.clock, () => this.#fill());
    this.#gate = new ServerGate(deps.random);
    this.#updates = new StoredUpdates(deps);
  }

  /** Lets a stored mail wait for its turn. */
  add({ id, queuedAt, dueAt }: MailRecord): void {
    this.backlog.add(id, queuedAt);
    if (!this.#closed) this.#waiting.add(id, dueAt);
  }

  /** Takes a waiting mail out, for its caller to end or to add again; false if it does not wait. */
  take(id: string): boolean {
    return this.#waiting.take(id);
  }

  /** A mail that was taken has ended. */
  ended(mail: MailRecord): void {
    this.#stranded.delete(mail.id);
    this.backlog.delete(mail.id);
    this.#deps.observer.ended(mail);
  }

  /** What the provider says, or its password, is another: what waits on account of the server may try again. */
  changed(): void {
    this.#gate.reset();
    this.#release();
    this.#fill();
  }

  /** Begins nothing more; resolves when what is under way has ended and is stored. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelOpening?.();
    this.#waiting.clear();
    await Promise.all(this.#attempts);
    await this.#updates.close();
  }

  #fill(): void {
    while (!this.#closed && this.#waiting.hasDue && this.#hasSlot()) {
      const id = this.#waiting.takeDue();
      if (id === undefined) return;
      const attempt = this.#attempt(id).finally(() => {
        this.#attempts.delete(attempt);
        this.#fill();
      });
      this.#attempts.add(attempt);
    }
  }

  #hasSlot(): boolean {
    const { clock, slots } = this.#deps;
    const closedForMs = this.#gate.opensAt - clock.monotonicMs();
    if (closedForMs > 0) {
      this.#cancelOpening ??= clock.schedule(closedForMs, () => {
        this.#cancelOpening = undefined;
        this.#fill();
      });
      return false;
    }
    return this.#attempts.size < this.#gate.limit(slots());
  }

  async #attempt(id: string): Promise<void> {
    try {
      await this.#attemptStored(id);
    } catch (error) {
      // The store fails, in reading or in the mark before the final dot: the server has no mail of this.
      const message = error instanceof Error ? error.message : String(error);
      this.#deps.logger.error({ mail: id, error: message }, 'mailprovider sender store failed');
      const again = this.#deps.clock.now().getTime() + STORE_PAUSE_MS;
      if (!this.#closed) this.#waiting.add(id, again);
    }
  }

  async #attemptStored(id: string): Promise<void> {
    const { store, delivery, clock } = this.#deps;
    const [mail, content] = await Promise.all([store.find(id), store.content(id)]);
    if (mail === undefined || content === undefined || mail.state !== 'queued') {
      this.backlog.delete(id);
      return;
    }
    const begin = clock.monotonicMs();
    const recipients = this.#openOf(mail);
    const end = await delivery.attempt({
      mail,
      recipients,
      content,
      dataStarted: () => store.update({ ...mail, dataStarted: true }),
    });
    if (end.kind === 'abandoned') return;
    const seconds = (clock.monotonicMs() - begin) / 1000;
    this.#judge(end);
    this.#settle(mail, recipients, resultsOf(end, recipients), { ...partsOf(end), seconds });
    if (end.kind === 'no-session') await this.#strand(id, end.failure);
  }

  /** What the end of an attempt tells of the server. */
  #judge(end: EndOfAttempt): void {
    if (end.kind === 'no-session' || end.troubled) {
      this.#gate.failed(this.#deps.clock.monotonicMs());
    } else if (this.#gate.worked()) {
      this.#release();
    }
  }

  /** Puts off everything that is due. */
  async #strand(first: string, failure: AttemptFailure): Promise<void> {
    this.#stranded.add(first);
    for (const id of this.#waiting.takeAllDue()) {
      const mail = await this.#deps.store.find(id);
      if (mail?.state !== 'queued') continue;
      this.#stranded.add(id);
      const recipients = this.#openOf(mail);
      const results = everyone(recipients, failure);
      this.#settle(mail, recipients, results, { failure, seconds: 0 });
    }
  }

  #release(): void {
    this.#waiting.hasten(this.#stranded);
    this.#stranded.clear();
  }

  #openOf(mail: MailRecord): readonly string[] {
    const { uncertainRetries } = this.#deps.rules();
    return mail.recipients
      .filter((recipient) => isOpen(recipient, mail, uncertainRetries))
      .map(({ address }) => address);
  }

  /** Stores what follows from an attempt; the mail waits or ends once that is durable. */
  #settle(
    before: MailRecord,
    recipients: readonly string[],
    results: ReadonlyMap<string, AttemptResult>,
    parts: Pick<AttemptReport, 'failure' | 'suspension' | 'seconds'>,
  ): void {
    const { clock, random, observer, rules } = this.#deps;
    const at = clock.now();
    const moment = { now: at.getTime(), random: random() };
    const mail = afterAttempt(before, results, rules(), moment);
    const attempted = mail.recipients.filter(({ address }) => recipients.includes(address));
    this.#updates.store(mail, () => {
      observer.attempted({ mail, attempted, at, ...parts });
      if (mail.state === 'queued') this.add(mail);
      else this.ended(mail);
    });
  }
}

function everyone(
  recipients: readonly string[],
  { reason, code }: AttemptFailure,
): ReadonlyMap<string, AttemptResult> {
  const result = { outcome: 'deferred', reason, ...(code === undefined ? {} : { code }) } as const;
  return new Map(recipients.map((address) => [address, result]));
}

function resultsOf(
  end: EndOfAttempt,
  recipients: readonly string[],
): ReadonlyMap<string, AttemptResult> {
  return end.kind === 'offered' ? end.results : everyone(recipients, end.failure);
}

function partsOf(end: EndOfAttempt): Pick<AttemptReport, 'failure' | 'suspension'> {
  const { failure } = end;
  const suspension = end.kind === 'no-session' ? end.suspension : undefined;
  return { ...(failure && { failure }), ...(suspension && { suspension }) };
}
