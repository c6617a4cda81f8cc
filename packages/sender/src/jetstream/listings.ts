import type { MailRecord, MailState } from '../mail/mail-record.ts';
import type { MailPage } from '../store/mail-store.ts';
import type { Calls } from './calls.ts';
import { isMailId, lastToken, minuteOf, type Names } from './names.ts';
import type { Place, QueuedMessages } from './queued-messages.ts';
import { subjectsOf } from './subjects.ts';

/** Records that are read at once. */
const AT_ONCE = 50;

/** A mail that may be in the state that is asked for. */
type Candidate = Pick<Place, 'id'> & Partial<Place>;

export interface ListingsDeps {
  readonly calls: Calls;
  readonly names: Names;
  readonly queued: QueuedMessages;
  readonly find: (id: string, stream?: string) => Promise<MailRecord | undefined>;
}

/** Lists mails by state, in the order of their ids. */
export class Listings {
  readonly #deps: ListingsDeps;

  constructor(deps: ListingsDeps) {
    this.#deps = deps;
  }

  async list(state: MailState, after: string, limit: number): Promise<MailPage> {
    const { find } = this.#deps;
    const found: MailRecord[] = [];
    for await (const batch of this.#batches(state, after)) {
      const mails = await Promise.all(batch.map(({ id, stream }) => find(id, stream)));
      found.push(
        ...mails.filter((mail) => mail !== undefined).filter((mail) => mail.state === state),
      );
      if (found.length > limit) break;
    }
    return page(found, limit);
  }

  async *#batches(state: MailState, after: string): AsyncGenerator<readonly Candidate[]> {
    for await (const candidates of this.#candidates(state, after)) {
      const sorted = later(candidates, after);
      for (let start = 0; start < sorted.length; start += AT_ONCE) {
        yield sorted.slice(start, start + AT_ONCE);
      }
    }
  }

  /** In groups that follow each other. */
  async *#candidates(state: MailState, after: string): AsyncGenerator<readonly Candidate[]> {
    const { queued, calls, names } = this.#deps;
    if (state === 'queued') yield queued.places();
    else if (state === 'sent') yield* this.#sent(after);
    else yield candidates(await subjectsOf(calls, names.records, names.index(state, '*')));
  }

  async *#sent(after: string): AsyncGenerator<readonly Candidate[]> {
    const { calls, names } = this.#deps;
    const indexed = await subjectsOf(calls, names.records, names.index('sent', '*'));
    const earliest = isMailId(after) ? Number(minuteOf(after)) : 0;
    const minutes = indexed.map((subject) => Number(lastToken(subject)));
    for (const minute of minutes.toSorted((a, b) => a - b)) {
      if (minute < earliest) continue;
      yield candidates(await subjectsOf(calls, names.records, names.recordsOf(String(minute))));
    }
  }
}

function candidates(subjects: readonly string[]): readonly Candidate[] {
  return subjects.map((subject) => ({ id: lastToken(subject) }));
}

function later(candidates: readonly Candidate[], after: string): readonly Candidate[] {
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  return [...byId.values()]
    .filter(({ id }) => id > after)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function page(found: readonly MailRecord[], limit: number): MailPage {
  const mails = found.slice(0, limit);
  const last = mails.at(-1);
  return found.length > limit && last ? { mails, next: last.id } : { mails };
}
