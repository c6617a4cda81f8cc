import { SERVICE_CLOSING } from '../failure.ts';
import type { SmtpSession } from '../session.ts';
import type { RecipientResult, Transaction } from '../transaction/transaction.ts';

/** A session that counts what was sent over it. */
export class PooledSession {
  readonly #session: SmtpSession;
  #messages = 0;

  constructor(session: SmtpSession) {
    this.#session = session;
  }

  get messages(): number {
    return this.#messages;
  }

  get usable(): boolean {
    return this.#session.usable;
  }

  send(transaction: Transaction): Promise<readonly RecipientResult[]> {
    this.#messages++;
    return this.#session.send(transaction);
  }

  quit(): Promise<void> {
    return this.#session.quit();
  }

  close(): void {
    this.#session.close();
  }
}

/** Whether the server had ended the session before it could say anything of the message. */
export function endedBeforehand(results: readonly RecipientResult[]): boolean {
  return results.some((result) => {
    if (result.outcome !== 'deferred' || result.stage !== 'mail') return false;
    return result.reason === 'ConnectionClosed' || result.code === SERVICE_CLOSING;
  });
}
