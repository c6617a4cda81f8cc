import type { Authenticate } from '@mailprovider/sender/api/authentication';
import type { Caller, MailVerb, Right } from '@mailprovider/sender/callers/caller';
import type { MailRecord, MailState } from '@mailprovider/sender/mail/mail-record';
import type { MailPage } from '@mailprovider/sender/store/mail-store';
import { InMemorySender, mail } from './in-memory-sender.ts';

/** A caller with the rights that it is given. */
export class DeclaredCaller implements Caller {
  readonly username: string;
  /** To use providers; without an entry denied. */
  readonly uses: Record<string, Right> = {};
  readonly handles: Record<MailVerb, Right> = { list: 'denied', update: 'denied' };

  constructor(username: string) {
    this.username = username;
  }

  async mayUse(provider: string): Promise<Right> {
    return this.uses[provider] ?? 'denied';
  }

  async mayHandleAll(verb: MailVerb): Promise<Right> {
    return this.handles[verb];
  }
}

/** Takes the name of a caller for its token. */
export function byName(callers: readonly Caller[]): Authenticate {
  return ({ authorization }) => {
    const caller = callers.find(({ username }) => authorization === `Bearer ${username}`);
    return caller === undefined
      ? { kind: 'unauthenticated', message: 'who?' }
      : { kind: 'authenticated', caller };
  };
}

export const idOf = (index: number) =>
  `01890a5d-ac96-774b-bcce-${index.toString(16).padStart(12, '0')}`;

/** A mail of each of these callers, all in one state, in that order. */
export class StoredMails extends InMemorySender {
  readonly mails: readonly MailRecord[];
  looks = 0;

  constructor(callers: readonly string[]) {
    super();
    this.mails = callers.map((caller, index) => ({ ...mail, id: idOf(index), caller }));
  }

  override async find(id: string): Promise<MailRecord | undefined> {
    this.calls.push(['find', id]);
    return this.mails.find((mail) => mail.id === id);
  }

  override async list(
    _state: MailState,
    { after = '', limit }: { after?: string; limit: number },
  ): Promise<MailPage> {
    this.looks += 1;
    const rest = this.mails.filter(({ id }) => id > after);
    const mails = rest.slice(0, limit);
    const last = mails.at(-1);
    return rest.length > limit && last ? { mails, next: last.id } : { mails };
  }
}
