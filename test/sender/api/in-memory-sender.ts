import type { Authenticate } from '@mailprovider/sender/api/authentication';
import { createApiServer } from '@mailprovider/sender/api/server';
import { decodeSubmission } from '@mailprovider/sender/mail/decode-submission';
import type { MailRecord, MailState } from '@mailprovider/sender/mail/mail-record';
import { DEFAULT_SUBMISSION_LIMITS } from '@mailprovider/sender/mail/submission-limits';
import type {
  ChangeResult,
  Sender,
  SubmitOptions,
  SubmitResult,
} from '@mailprovider/sender/sender';
import type { MailPage } from '@mailprovider/sender/store/mail-store';

export const MAIL_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

export const mail: MailRecord = {
  id: MAIL_ID,
  messageId: '<01890a5d@example.com>',
  provider: 'relay',
  state: 'queued',
  recipients: [{ address: 'user@example.com', outcome: 'pending' }],
  acceptedAt: Date.parse('2026-01-01T00:00:00Z'),
  queuedAt: Date.parse('2026-01-01T00:00:00Z'),
  dueAt: Date.parse('2026-01-01T00:00:01Z'),
  attempts: 0,
  dataStarted: false,
  uncertainAttempts: 0,
  size: 100,
  smtpUtf8: false,
  revision: 0,
};

/** Keeps nothing: checks what is submitted, and gives the answers it was told to give. */
export class InMemorySender implements Sender {
  readonly calls: unknown[][] = [];
  /** Instead of accepting what is right. */
  submitted: SubmitResult | undefined;
  changed: ChangeResult = { kind: 'changed', mail };
  found: MailRecord | undefined = mail;
  page: MailPage = { mails: [mail] };
  /** What every call rejects with. */
  failure: Error | undefined;

  async #answer<T>(call: unknown[], answer: () => T): Promise<T> {
    this.calls.push(call);
    if (this.failure !== undefined) throw this.failure;
    return answer();
  }

  submit(submission: unknown, options?: SubmitOptions): Promise<SubmitResult> {
    return this.#answer(['submit', submission, options], () => {
      if (this.submitted !== undefined) return this.submitted;
      const decoded = decodeSubmission(submission, DEFAULT_SUBMISSION_LIMITS);
      return decoded.kind === 'invalid' ? decoded : { kind: 'accepted', mail, repeated: false };
    });
  }

  find(id: string): Promise<MailRecord | undefined> {
    return this.#answer(['find', id], () => this.found);
  }

  list(state: MailState, page: { after?: string; limit: number }): Promise<MailPage> {
    return this.#answer(['list', state, page], () => this.page);
  }

  cancel(id: string): Promise<ChangeResult> {
    return this.#answer(['cancel', id], () => this.changed);
  }

  retry(id: string): Promise<ChangeResult> {
    return this.#answer(['retry', id], () => this.changed);
  }

  close(): Promise<void> {
    return this.#answer(['close'], () => undefined);
  }
}

export const everybody: Authenticate = () => ({ kind: 'authenticated' });

/** A server over a sender of its own, and what it logged. */
export function apiUnderTest(change: Partial<Parameters<typeof createApiServer>[0]> = {}) {
  const sender = new InMemorySender();
  const logged: unknown[][] = [];
  const app = createApiServer({
    sender,
    providers: { get: () => undefined },
    authenticate: everybody,
    limits: DEFAULT_SUBMISSION_LIMITS,
    logger: { error: (...args: unknown[]) => logged.push(args) },
    ...change,
  });
  return { app, sender, logged };
}
