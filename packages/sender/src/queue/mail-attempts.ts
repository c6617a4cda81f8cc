import type { Clock, Logger } from '@mailprovider/process';
import type { AttemptEnd, Delivery } from '../delivery/attempt.ts';
import type { AttemptFailure, AttemptResult } from '../mail/attempt-result.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import type { AttemptReport, SenderObserver } from '../observer.ts';
import { type MailStore, StoreError } from '../store/mail-store.ts';
import { afterAttempt, isOpen, type Moment, type OutcomeRules } from './attempt-outcome.ts';
import { DataMark, MailLost } from './data-mark.ts';
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
  /** As it was stored last. */
  readonly mail: MailRecord;
  /** By the address of each recipient it was for. */
  readonly results: ReadonlyMap<string, AttemptResult>;
  /** Whether every mail of the provider meets what this one met. */
  readonly isServers: boolean;
  readonly report: Pick<AttemptReport, 'failure' | 'suspension' | 'seconds'>;
}

/** Who is told what attempts lead to. */
export interface AttemptsListener {
  /** The record that follows from an attempt is durable. */
  settled(mail: MailRecord): void;
  /** Somebody else changed the mail: it was cancelled, or another process has it now. */
  lost(id: string): void;
  /** Whether another provider can deliver the mail now. */
  mayGo(id: string): boolean;
}

/** A fault of ours: what the server has of the mail is not known to be anything. */
const FAULT: AttemptFailure = { reason: 'Interrupted' };

/** Attempts of queued mails of one provider, and what follows from them in the store. */
export class MailAttempts {
  readonly #deps: MailAttemptsDeps;
  readonly #updates: StoredUpdates;
  readonly #listener: AttemptsListener;

  constructor(deps: MailAttemptsDeps, listener: AttemptsListener) {
    this.#deps = deps;
    this.#updates = new StoredUpdates(deps);
    this.#listener = listener;
  }

  /**
   * Tries a mail; what follows is stored afterwards. Resolves with nothing where there was nothing to
   * try: the mail is not queued any more, somebody else has it, or its content is gone. Rejects with `StoreError` if the mail cannot be read
   * or marked: the server does not have it then.
   */
  async attempt(id: string): Promise<AttemptEnd | undefined> {
    const { store, clock, rules } = this.#deps;
    const [mail, content] = await Promise.all([store.find(id), store.content(id)]);
    if (mail?.state !== 'queued') {
      this.#listener.lost(id);
      return undefined;
    }
    const begin = clock.monotonicMs();
    const recipients = this.#openRecipients(mail);
    if (content === undefined) {
      this.#giveUp(mail, recipients);
      return undefined;
    }
    const mark = new DataMark(store, mail);
    if (rules().uncertainRetries > 0) mark.begin();
    const end = await this.#deliver(mail, recipients, content, mark);
    const marked = await mark.result();
    if (end === undefined || marked === undefined) {
      this.#listener.lost(id);
      return undefined;
    }
    if (end.kind === 'abandoned') {
      if (marked.dataStarted) this.#updates.store({ ...marked, dataStarted: false }, () => {});
      return end;
    }
    const { failure } = end;
    const suspension = end.kind === 'no-session' ? end.suspension : undefined;
    const seconds = (clock.monotonicMs() - begin) / 1000;
    this.#settle({
      mail: marked,
      results: end.kind === 'offered' ? end.results : allDeferred(recipients, end.failure),
      isServers: isOfServer(end),
      report: { seconds, ...(failure && { failure }), ...(suspension && { suspension }) },
    });
    return end;
  }

  /** A mail that nobody can offer to a server any more becomes a dead letter. */
  #giveUp(mail: MailRecord, recipients: readonly string[]): void {
    const failure = { reason: 'ContentLost' } as const;
    const results = new Map(
      recipients.map((address) => [address, { outcome: 'rejected', ...failure } as const]),
    );
    this.#settle({ mail, results, isServers: false, report: { failure, seconds: 0 } });
  }

  /** Puts a mail off as if it had been tried; false for one that is not queued any more. Rejects with `StoreError`. */
  async putOff(id: string, failure: AttemptFailure): Promise<boolean> {
    const mail = await this.#deps.store.find(id);
    if (mail?.state !== 'queued') return false;
    const recipients = this.#openRecipients(mail);
    const results = allDeferred(recipients, failure);
    this.#settle({ mail, results, isServers: true, report: { failure, seconds: 0 } });
    return true;
  }

  /** Stores a record that follows from no attempt of this process. */
  store(next: MailRecord): void {
    this.#updates.store(next, (mail) => {
      if (mail === undefined) this.#listener.lost(next.id);
      else this.#listener.settled(mail);
    });
  }

  /** Resolves when all that follows from attempts is stored, or cannot be. */
  close(): Promise<void> {
    return this.#updates.close();
  }

  /** Resolves with nothing if somebody else has the mail. */
  async #deliver(
    mail: MailRecord,
    recipients: readonly string[],
    content: Uint8Array,
    mark: DataMark,
  ): Promise<AttemptEnd | undefined> {
    const { delivery, logger } = this.#deps;
    const dataStarted = () => mark.made();
    try {
      return await delivery.attempt({ mail, recipients, content, dataStarted });
    } catch (error) {
      if (error instanceof MailLost) return undefined;
      if (error instanceof StoreError) throw error;
      logger.error({ mail: mail.id, err: error }, 'mailprovider sender attempt failed');
      const results = allDeferred(recipients, FAULT);
      return { kind: 'offered', results, failure: FAULT, troubled: false };
    }
  }

  #openRecipients(mail: MailRecord): readonly string[] {
    const { uncertainRetries } = this.#deps.rules();
    return mail.recipients
      .filter((recipient) => isOpen(recipient, mail, uncertainRetries))
      .map(({ address }) => address);
  }

  #settle(tried: Tried): void {
    const { results, report } = tried;
    const { clock, random, observer } = this.#deps;
    const at = clock.now();
    const next = this.#following(tried, { now: at.getTime(), random: random() });
    const { provider } = next;
    const attempted = [...results].map(([address, result]) => ({ address, provider, ...result }));
    this.#updates.store(next, (mail) => {
      if (mail === undefined) {
        this.#listener.lost(next.id);
        return;
      }
      observer.attempted({ mail, attempted, at, ...report });
      this.#listener.settled(mail);
    });
  }

  /** Before a mail is given up on account of its server another provider is to have it. */
  #following({ mail, results, isServers }: Tried, moment: Moment): MailRecord {
    const rules = this.#deps.rules();
    const next = afterAttempt(mail, results, rules, moment);
    const mayBeThere = next.recipients.some(({ outcome }) => outcome === 'uncertain');
    if (next.state !== 'dead' || !isServers || mayBeThere || !this.#listener.mayGo(mail.id)) {
      return next;
    }
    const retry = { ...rules.retry, slow: true };
    return afterAttempt(mail, results, { ...rules, retry }, moment);
  }
}

function isOfServer(end: Exclude<AttemptEnd, { kind: 'abandoned' }>): boolean {
  return end.kind === 'no-session' || end.troubled;
}

function allDeferred(
  recipients: readonly string[],
  { reason, code }: AttemptFailure,
): ReadonlyMap<string, AttemptResult> {
  const result = { outcome: 'deferred', reason, ...(code === undefined ? {} : { code }) } as const;
  return new Map(recipients.map((address) => [address, result]));
}
