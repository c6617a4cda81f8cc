import type { Clock, Logger } from '@mailprovider/process';
import type { AttemptReport, SenderObserver } from '../observer.ts';
import type { ProviderSource, SendStatusWriter } from '../ports.ts';
import { ProviderSendStatus } from './provider-send-status.ts';

export interface SendStatusDeps {
  readonly writer: SendStatusWriter;
  readonly providers: Pick<ProviderSource, 'get'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number from [0, 1), as `Math.random`. */
  random(): number;
}

/**
 * Keeps `lastSendAttempt`, `lastSendError` and the suspension of a failed login in the status of each
 * provider true, at most 5 s late, without any delivery waiting for that.
 */
export class SendStatusKeeper implements SenderObserver {
  readonly #deps: SendStatusDeps;
  readonly #providers = new Map<string, ProviderSendStatus>();

  constructor(deps: SendStatusDeps) {
    this.#deps = deps;
  }

  accepted(): void {}

  refused(): void {}

  attempted(report: AttemptReport): void {
    const { provider } = report.mail;
    let status = this.#providers.get(provider);
    if (status === undefined) {
      status = new ProviderSendStatus(provider, this.#deps);
      this.#providers.set(provider, status);
    }
    status.attempted(report);
  }

  ended(): void {}

  /** Tries once more to write what is not written yet. */
  async close(): Promise<void> {
    await Promise.all([...this.#providers.values()].map((status) => status.close()));
  }
}
