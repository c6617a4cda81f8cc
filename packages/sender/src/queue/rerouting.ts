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
  /** Of all mails so far, this provider included. */
  readonly #allOrigins: Set<string>;
  /** Mails that the server may have: another would deliver a second copy. */
  readonly #bound = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    deps: ReroutingDeps,
    waiting: Pick<WaitingMails, 'dueIds' | 'take'>,
    listener: ReroutingListener,
  ) {
    this.#deps = deps;
    this.#allOrigins = new Set([deps.provider]);
    this.#waiting = waiting;
    this.#listener = listener;
  }

  /** How many more mails could be sent on. */
  get room(): number {
    return this.hasDestination ? AT_ONCE - this.#underWay.size : 0;
  }

  /** Whether another provider can deliver a mail that was accepted for this one now. */
  get hasDestination(): boolean {
    const { failover, provider } = this.#deps;
    return failover.hasDestination(provider);
  }

  /** Whether as many mails are on their way as may be. */
  get isBusy(): boolean {
    return this.#underWay.size >= AT_ONCE;
  }

  /** A mail is here, as it is stored. */
  note(mail: MailRecord): void {
    if (mail.origin !== undefined) {
      this.#origins.set(mail.id, mail.origin);
      this.#allOrigins.add(mail.origin);
    }
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

  /** Tells of each mail whether another provider can deliver it now. */
  thatMayGo(): (id: string) => boolean {
    const leaving = this.#leavingOrigins();
    return (id) => {
      const origin = this.#originOf(id);
      return origin !== undefined && leaving.has(origin);
    };
  }

  /** Takes out what is due and can be delivered elsewhere. */
  begin(): void {
    const leaving = this.#leavingOrigins();
    for (const id of this.#waiting.dueIds()) {
      if (leaving.size === 0 || this.isBusy) return;
      const origin = this.#originOf(id);
      if (origin === undefined || !leaving.has(origin)) continue;
      if (!this.#sendOn(id, origin)) leaving.delete(origin);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** The origins whose mails another provider can deliver now. */
  #leavingOrigins(): Set<string> {
    const { failover } = this.#deps;
    return new Set([...this.#allOrigins].filter((origin) => failover.hasDestination(origin)));
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

  async #tryToMove(id: string, destination: Destination): Promise<void> {
    const { provider, queueSize } = destination;
    const { store, observer, clock } = this.#deps;
    try {
      const mail = await store.find(id);
      if (mail?.state !== 'queued') return this.#listener.lost(id);
      // A mark whose answer was lost may have been made.
      if (mayBeThere(mail)) {
        this.#bound.add(id);
        return this.#listener.stays(id);
      }
      const requeueing = await store.requeue(movedTo(mail, provider, clock.now()), queueSize);
      if (requeueing.kind === 'changed') return this.#listener.lost(id);
      if (requeueing.kind === 'full') {
        destination.full();
        return this.#listener.stays(id);
      }
      this.#listener.moved(id);
      observer.rerouted(requeueing.mail, this.#deps.provider);
    } catch (error) {
      this.#listener.storeFailed(id, error);
    } finally {
      destination.arrived();
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
