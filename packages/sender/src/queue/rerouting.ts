import type { Clock } from '@mailprovider/process';
import type { MailRecord } from '../mail/mail-record.ts';
import type { SenderObserver } from '../observer.ts';
import type { MailStore } from '../store/mail-store.ts';
import type { Destination, Failover } from './failover.ts';
import type { WaitingMails } from './waiting-mails.ts';

export interface ReroutingDeps {
  readonly provider: string;
  readonly failover: Failover;
  readonly store: Pick<MailStore, 'find' | 'requeue'>;
  readonly observer: Pick<SenderObserver, 'rerouted'>;
  readonly clock: Clock;
}

/** Who is told what became of mails that were taken out of the queue to go elsewhere. */
export interface ReroutingListener {
  moved(id: string): void;
  /** Somebody else has changed the mail. */
  lost(id: string): void;
  /** The other queue is full. */
  stays(id: string): void;
  /** The mail is as it was. */
  storeFailed(id: string, error: unknown): void;
  /** There is room for another one on the way. */
  over(): void;
}

/** Mails on their way at once; each is one write. */
const AT_ONCE = 50;

/** Sends the mails of a queue that its provider cannot deliver on to others that can. */
export class Rerouting {
  readonly #deps: ReroutingDeps;
  readonly #waiting: Pick<WaitingMails, 'dueIds' | 'take'>;
  readonly #listener: ReroutingListener;
  /** The provider that mails were accepted for, where it is another. */
  readonly #origins = new Map<string, string>();
  /** Mails that the server may have: another would deliver a second copy. */
  readonly #bound = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    deps: ReroutingDeps,
    waiting: Pick<WaitingMails, 'dueIds' | 'take'>,
    listener: ReroutingListener,
  ) {
    this.#deps = deps;
    this.#waiting = waiting;
    this.#listener = listener;
  }

  /** How many more mails could be sent on. */
  get room(): number {
    const { failover, provider } = this.#deps;
    return failover.hasDestination(provider) ? AT_ONCE - this.#underWay.size : 0;
  }

  /** A mail is here, as it is stored. */
  note(mail: MailRecord): void {
    if (mail.origin !== undefined) this.#origins.set(mail.id, mail.origin);
    if (mayBeThere(mail)) this.#bound.add(mail.id);
    else this.#bound.delete(mail.id);
  }

  forget(id: string): void {
    this.#origins.delete(id);
    this.#bound.delete(id);
  }

  /** Whether another provider can deliver that mail now. */
  mayGo(id: string): boolean {
    const origin = this.#originOf(id);
    return origin !== undefined && this.#deps.failover.hasDestination(origin);
  }

  /** Takes out what is due and can be delivered elsewhere. */
  begin(): void {
    const stay = new Set<string>();
    for (const id of this.#waiting.dueIds()) {
      // As a rule all mails have one origin, so none of the others can go.
      const allStay = stay.size > 0 && this.#origins.size === 0;
      if (allStay || this.#underWay.size >= AT_ONCE) return;
      const origin = this.#originOf(id);
      if (origin === undefined || stay.has(origin)) continue;
      if (!this.#sendOn(id, origin)) stay.add(origin);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** The provider that a mail was accepted for; nothing if it has to stay. */
  #originOf(id: string): string | undefined {
    return this.#bound.has(id) ? undefined : (this.#origins.get(id) ?? this.#deps.provider);
  }

  #sendOn(id: string, origin: string): boolean {
    const destination = this.#deps.failover.destinationOf(origin);
    if (destination === undefined) return false;
    this.#waiting.take(id);
    const moving = this.#tryToMove(id, destination).finally(() => {
      this.#underWay.delete(moving);
      this.#listener.over();
    });
    this.#underWay.add(moving);
    return true;
  }

  async #tryToMove(id: string, { provider, queueSize, arrived }: Destination): Promise<void> {
    const { store, observer, clock } = this.#deps;
    try {
      const mail = await store.find(id);
      if (mail?.state !== 'queued') return this.#listener.lost(id);
      const requeueing = await store.requeue(movedTo(mail, provider, clock.now()), queueSize);
      if (requeueing.kind === 'changed') return this.#listener.lost(id);
      if (requeueing.kind === 'full') return this.#listener.stays(id);
      this.#listener.moved(id);
      observer.rerouted(requeueing.mail, this.#deps.provider);
    } catch (error) {
      this.#listener.storeFailed(id, error);
    } finally {
      arrived();
    }
  }
}

function mayBeThere({ dataStarted, recipients }: MailRecord): boolean {
  return dataStarted || recipients.some(({ outcome }) => outcome === 'uncertain');
}

/** Due at once, since it did not wait for its time there. */
function movedTo({ origin, ...mail }: MailRecord, provider: string, now: Date): MailRecord {
  const first = origin ?? mail.provider;
  const moved = { ...mail, provider, dueAt: now.getTime() };
  return first === provider ? moved : { ...moved, origin: first };
}
