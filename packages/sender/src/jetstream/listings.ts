import type { MailRecord, MailState } from '../mail/mail-record.ts';
import type { MailPage } from '../store/mail-store.ts';
import type { Calls } from './calls.ts';
import { isMailId, lastToken, minuteOf, type Names } from './names.ts';
import { type QueuedMessages, subjectsOf } from './queued-messages.ts';

/** Records that are read at once. */
const AT_ONCE = 50;

export interface ListingsDeps {
  readonly calls: Calls;
  readonly names: Names;
  readonly queued: QueuedMessages;
  readonly find: (id: string) => Promise<MailRecord | undefined>;
}

/** Lists mails by state, in the order of their ids. */
export class Listings {
  readonly #deps: ListingsDeps;

  constructor(deps: ListingsDeps) {
    this.#deps = deps;
  }

  async list(state: MailState, after: string, limit: number): Promise<MailPage> {
    const found: MailRecord[] = [];
    for await (const ids of this.#batches(state, after)) {
      const mails = await Promise.all(ids.map(this.#deps.find));
      found.push(
        ...mails.filter((mail) => mail !== undefined).filter((mail) => mail.state === state),
      );
      if (found.length > limit) break;
    }
    return page(found, limit);
  }

  async *#batches(state: MailState, after: string): AsyncGenerator<readonly string[]> {
    for await (const ids of this.#ids(state, after)) {
      for (let start = 0; start < ids.length; start += AT_ONCE) {
        yield ids.slice(start, start + AT_ONCE);
      }
    }
  }

  /** The ids of mails that may be in a state, in ascending groups. */
  async *#ids(state: MailState, after: string): AsyncGenerator<readonly string[]> {
    const { queued, calls, names } = this.#deps;
    if (state === 'sent') yield* this.#sentIds(after);
    else if (state === 'queued') yield later(await queued.ids(), after);
    else {
      const subjects = await subjectsOf(calls, names.records, names.index(state, '*'));
      yield later(subjects.map(lastToken), after);
    }
  }

  async *#sentIds(after: string): AsyncGenerator<readonly string[]> {
    const { calls, names } = this.#deps;
    const indexed = await subjectsOf(calls, names.records, names.index('sent', '*'));
    const earliest = isMailId(after) ? Number(minuteOf(after)) : 0;
    const minutes = indexed.map((subject) => Number(lastToken(subject)));
    for (const minute of minutes.toSorted((a, b) => a - b)) {
      if (minute < earliest) continue;
      const subjects = await subjectsOf(calls, names.records, names.recordsOf(String(minute)));
      yield later(subjects.map(lastToken), after);
    }
  }
}

function later(ids: readonly string[], after: string): readonly string[] {
  return [...new Set(ids)].filter((id) => id > after).toSorted();
}

function page(found: readonly MailRecord[], limit: number): MailPage {
  const mails = found.slice(0, limit);
  const last = mails.at(-1);
  return found.length > limit && last ? { mails, next: last.id } : { mails };
}
