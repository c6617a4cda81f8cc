import type { Clock } from '@mailprovider/process';
import type { MailRecord } from '../mail/mail-record.ts';
import type { SenderObserver } from '../observer.ts';
import type { MailStore } from '../store/mail-store.ts';
import type { Destination } from './failover.ts';

export interface ReroutingDeps {
  readonly provider: string;
  readonly store: Pick<MailStore, 'find' | 'requeue'>;
  readonly observer: Pick<SenderObserver, 'rerouted'>;
  readonly clock: Clock;
}

/** What became of a mail that was to go: `lost` where somebody else has changed it, `full` where it stays. */
export type Move = 'moved' | 'lost' | 'full';

/** Which mails of a queue may go to another provider, and their way there. */
export class Rerouting {
  readonly #deps: ReroutingDeps;
  /** The provider that mails were accepted for, where it is another. */
  readonly #origins = new Map<string, string>();
  /** Mails that the server may have: another would deliver a second copy. */
  readonly #bound = new Set<string>();

  constructor(deps: ReroutingDeps) {
    this.#deps = deps;
  }

  /** Whether all mails that may go were accepted for this provider. */
  get isHome(): boolean {
    return this.#origins.size === 0;
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

  /** The provider that a mail was accepted for; nothing if it has to stay. */
  originOf(id: string): string | undefined {
    return this.#bound.has(id) ? undefined : (this.#origins.get(id) ?? this.#deps.provider);
  }

  /** Rejects with `StoreError`; the mail is as it was then. */
  async move(id: string, { provider, queueSize, arrived }: Destination): Promise<Move> {
    const { store, observer, clock } = this.#deps;
    try {
      const mail = await store.find(id);
      if (mail?.state !== 'queued') return 'lost';
      const requeueing = await store.requeue(movedTo(mail, provider, clock.now()), queueSize);
      if (requeueing.kind === 'changed') return 'lost';
      if (requeueing.kind === 'full') return 'full';
      observer.rerouted(requeueing.mail, this.#deps.provider);
      return 'moved';
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
