import type { Logger } from '@mailprovider/process';
import type { Msg } from '@nats-io/transport-node';
import type { KeyTurns } from '../intake/key-turns.ts';
import type { MailRecord } from '../mail/mail-record.ts';
import type { Claims, MailTaker } from '../store/mail-store.ts';
import type { Calls } from './calls.ts';
import { acknowledge, type ClaimedMails, putBack } from './claimed-mails.ts';
import { judge } from './deliveries.ts';
import type { EndedMails } from './ended-mails.ts';
import type { Layout } from './layout.ts';
import { lastToken, type Names } from './names.ts';
import { PullLoop } from './pull-loop.ts';
import type { Records } from './records.ts';
import { decodeToken, type StoredMail, type Token, withRevision } from './token.ts';

/** What cannot be read may be by a later version. */
const UNREADABLE_MS = 3_600_000;
/** Handed out beyond the room that there is by now. */
const CROWDED_MS = 1_000;
/** How often the record of a mail may change while a message of it is judged. */
const JUDGEMENTS = 5;

export interface ProviderClaimsDeps {
  readonly calls: Calls;
  readonly names: Names;
  readonly layout: Layout;
  readonly records: Records;
  readonly ended: EndedMails;
  readonly claimed: ClaimedMails;
  /** Changes of a mail follow each other. */
  readonly turns: KeyTurns;
  readonly logger: Logger;
}

/** Takes the queued mails of one provider from its stream, and hands over those that are to be delivered. */
export class ProviderClaims implements Claims {
  readonly #deps: ProviderClaimsDeps;
  readonly #provider: string;
  readonly #taker: MailTaker;
  readonly #loop: PullLoop;
  #isStopped = false;
  #stopping: Promise<void> | undefined;

  constructor(deps: ProviderClaimsDeps, provider: string, taker: MailTaker) {
    const { calls, names, layout } = deps;
    this.#deps = deps;
    this.#provider = provider;
    this.#taker = taker;
    this.#loop = new PullLoop({
      calls,
      stream: names.stream(provider),
      ensure: () => layout.ensureStream(provider),
      missing: () => layout.forget(provider),
      received: (message) => this.#received(message),
    });
  }

  request(count: number): void {
    this.#loop.request(count);
  }

  giveBack({ id }: Pick<MailRecord, 'id'>, from: number): boolean {
    this.#deps.claimed.giveBack(id, Math.max(0, from - Date.now()));
    return true;
  }

  stop(): void {
    void this.stopped();
  }

  /** Resolves when no mail is handed over any more. */
  stopped(): Promise<void> {
    this.#isStopped = true;
    this.#stopping ??= this.#loop.stop();
    return this.#stopping;
  }

  #received(message: Msg): Promise<void> | undefined {
    const token = decodeToken(message.data);
    const reply = message.reply ?? '';
    const id = lastToken(message.subject);
    if (token?.stored.mail.id !== id) {
      this.#deps.logger.error({ mail: id }, 'mailprovider sender cannot read a queued mail');
      putBack(this.#deps.calls, reply, UNREADABLE_MS);
      return undefined;
    }
    const isFirst = token.stored.hop === 1 && deliveriesOf(reply) === 1;
    if (!isFirst || this.#deps.claimed.get(id)) return this.#judge(token, reply);
    this.#handOver(token, token.stored, reply);
    return undefined;
  }

  /** When NATS fails meanwhile, the message comes again. */
  async #judge(token: Token, reply: string): Promise<void> {
    const { id } = token.stored.mail;
    try {
      await this.#deps.turns.take(id, () => this.#resolve(token, reply));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#deps.logger.warn(
        { mail: id, error: message },
        'mailprovider sender judges a mail later',
      );
    }
  }

  async #resolve(token: Token, reply: string): Promise<void> {
    const { calls, records, ended } = this.#deps;
    const { mail } = token.stored;
    if (this.#renewed(token, reply)) return;
    for (let judgements = 0; judgements < JUDGEMENTS; judgements += 1) {
      const verdict = judge(token, await records.read(mail.id));
      switch (verdict.kind) {
        case 'current':
          this.#handOver(token, verdict.stored, reply);
          return;
        case 'ended':
          await ended.finish(verdict.stored);
          acknowledge(calls, reply);
          return;
        case 'superseded':
          acknowledge(calls, reply);
          return;
        case 'unfinished': {
          const before = withRevision(token.stored, verdict.base);
          const stored = await records.write(before, mail);
          if (!stored) continue;
          this.#handOver(token, stored, reply);
          return;
        }
      }
    }
  }

  /** Whether this process has the mail by the same message, which came again. */
  #renewed({ stored }: Token, reply: string): boolean {
    const { claimed } = this.#deps;
    const held = claimed.get(stored.mail.id);
    if (held?.hop !== stored.hop || held.provider !== this.#provider) return false;
    claimed.renew(held, reply);
    return true;
  }

  #handOver({ stored: { hop }, content }: Token, stored: StoredMail, reply: string): void {
    const { calls, claimed } = this.#deps;
    if (this.#isStopped || this.#loop.room < 1) {
      putBack(calls, reply, this.#isStopped ? 0 : CROWDED_MS);
      return;
    }
    this.#loop.take();
    claimed.add({ stored, content, provider: this.#provider, hop, reply });
    // What is thrown here would end the reading of the connection instead of the process.
    queueMicrotask(() => this.#taker.claimed(stored.mail));
  }
}

/**
 * How often a message was delivered: `$JS.ACK.<stream>.<consumer>.<deliveries>.…`, or with a domain and
 * the hash of an account before the stream.
 */
function deliveriesOf(reply: string): number {
  const tokens = reply.split('.');
  return Number(tokens[tokens.length <= 9 ? 4 : 6]);
}
