import { metricLabel } from '@mailprovider/provider/metric-label';
import type { MailRecord } from '../mail/mail-record.ts';
import type { AttemptReport } from '../observer.ts';

/** Which stage ended mails failed in, from their last attempt until that is durable: records have none. */
export class EndingMails {
  readonly #failures = new Map<string, NonNullable<AttemptReport['failure']>>();

  attempted({ mail, failure }: AttemptReport): void {
    if (failure !== undefined) this.#failures.set(mail.id, failure);
  }

  /** The label of why a mail did not reach everyone; `unknown` if its record does not say. */
  takeLabel({ id, recipients }: MailRecord): string {
    const failure = this.#failures.get(id);
    this.#failures.delete(id);
    if (failure !== undefined) return metricLabel(failure.reason, failure.stage);
    const reason = recipients.find(({ outcome }) => outcome !== 'delivered')?.reason;
    return reason === undefined ? 'unknown' : metricLabel(reason);
  }
}
