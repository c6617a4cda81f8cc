import type { Clock, Logger } from '@mailprovider/process';
import type { AttemptEnd, Delivery } from '../delivery/attempt.ts';
import type { AttemptFailure, AttemptResult } from '../mail/attempt-result.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import type { AttemptReport, SenderObserver } from '../observer.ts';
import { type MailStore, StoreError } from '../store/mail-store.ts';
import { afterAttempt, isOpen, type OutcomeRules } from './attempt-outcome.ts';
import { StoredUpdates } from './stored-updates.ts';

export interface MailAttemptsDeps {
  readonly store: MailStore;
  readonly delivery: Delivery;
  readonly observer: SenderObserver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** What the provider and the settings say of retries now. */
  rules(): OutcomeRules;
}

/** What an attempt was for, and what it found out. */
interface Tried {
  readonly mail: MailRecord;
  /** By the address of each recipient it was for. */
  readonly results: ReadonlyMap<string, AttemptResult>;
  readonly report: Pick<AttemptReport, 'failure' | 'suspension' | 'seconds'>;
}

/** A fault of ours: what the server has of the mail is not known to be anything. */
const FAULT: AttemptFailure = { reason: 'Interrupted' };

/** Attempts of queued mails of one provider, and what follows from them in the store. */
export class MailAttempts {
  readonly #deps: MailAttemptsDeps;
  readonly #updates: StoredUpdates;
  readonly #settled: (mail: MailRecord) => void;

  /** Calls back with the record that follows from each attempt, once that is durable. */
  constructor(deps: MailAttemptsDeps, settled: (mail: MailRecord) => void) {
    this.#deps = deps;
    this.#updates = new StoredUpdates(deps);
    this.#settled = settled;
  }

  /**
   * Tries a mail; what follows is stored afterwards. Resolves with nothing for a mail that is not
   * queued any more. Rejects with `StoreError` if the mail cannot be read or marked: the server does
   * not have it then.
   */
  async attempt(id: string): Promise<AttemptEnd | undefined> {
    const { store, clock } = this.#deps;
    const [mail, content] = await Promise.all([store.find(id), store.content(id)]);
    if (mail?.state !== 'queued' || content === undefined) return undefined;
    const begin = clock.monotonicMs();
    const recipients = this.#openRecipients(mail);
    const end = await this.#deliver(mail, recipients, content);
    if (end.kind === 'abandoned') {
      this.#updates.store(mail, () => undefined);
      return end;
    }
    const { failure } = end;
    const suspension = end.kind === 'no-session' ? end.suspension : undefined;
    const seconds = (clock.monotonicMs() - begin) / 1000;
    this.#settle({
      mail,
      results: end.kind === 'offered' ? end.results : allDeferred(recipients, end.failure),
      report: { seconds, ...(failure && { failure }), ...(suspension && { suspension }) },
    });
    return end;
  }

  /** Puts a mail off as if it had been tried; false for one that is not queued any more. Rejects with `StoreError`. */
  async putOff(id: string, failure: AttemptFailure): Promise<boolean> {
    const mail = await this.#deps.store.find(id);
    if (mail?.state !== 'queued') return false;
    const recipients = this.#openRecipients(mail);
    const results = allDeferred(recipients, failure);
    this.#settle({ mail, results, report: { failure, seconds: 0 } });
    return true;
  }

  /** Resolves when all that follows from attempts is stored, or cannot be. */
  close(): Promise<void> {
    return this.#updates.close();
  }

  async #deliver(
    mail: MailRecord,
    recipients: readonly string[],
    content: Uint8Array,
  ): Promise<AttemptEnd> {
    const { delivery, logger } = this.#deps;
    const dataStarted = this.#mark(mail);
    try {
      return await delivery.attempt({ mail, recipients, content, dataStarted });
    } catch (error) {
      if (error instanceof StoreError) throw error;
      logger.error({ mail: mail.id, err: error }, 'mailprovider sender attempt failed');
      const results = allDeferred(recipients, FAULT);
      return { kind: 'offered', results, failure: FAULT, troubled: false };
    }
  }

  /**
   * Makes it durable that the server may have the mail. That begins at once, so that no session waits
   * for the disk; where an uncertain mail is given up, only when the server asks for the content.
   */
  #mark(mail: MailRecord): () => Promise<void> {
    const { store, rules } = this.#deps;
    const mark = () => store.update({ ...mail, dataStarted: true });
    if (rules().uncertainRetries === 0) return mark;
    const marked = mark();
    marked.catch(() => undefined);
    return () => marked;
  }

  #openRecipients(mail: MailRecord): readonly string[] {
    const { uncertainRetries } = this.#deps.rules();
    return mail.recipients
      .filter((recipient) => isOpen(recipient, mail, uncertainRetries))
      .map(({ address }) => address);
  }

  #settle({ mail: before, results, report }: Tried): void {
    const { clock, random, observer, rules } = this.#deps;
    const at = clock.now();
    const mail = afterAttempt(before, results, rules(), { now: at.getTime(), random: random() });
    const { provider } = mail;
    const attempted = [...results].map(([address, result]) => ({ address, provider, ...result }));
    this.#updates.store(mail, () => {
      observer.attempted({ mail, attempted, at, ...report });
      this.#settled(mail);
    });
  }
}

function allDeferred(
  recipients: readonly string[],
  { reason, code }: AttemptFailure,
): ReadonlyMap<string, AttemptResult> {
  const result = { outcome: 'deferred', reason, ...(code === undefined ? {} : { code }) } as const;
  return new Map(recipients.map((address) => [address, result]));
}
