import type { AttemptReport, SenderObserver } from '../observer.ts';
import { whenDeleted } from '../ports.ts';
import { ProviderSendStatus, type SendStatusDeps } from './provider-send-status.ts';

/**
 * Keeps `lastSendAttempt`, `lastSendError` and the suspension of a failed login in the status of each
 * provider true, at most 5 s late, without any delivery waiting for that.
 */
export class SendStatusKeeper implements SenderObserver {
  readonly #deps: SendStatusDeps;
  readonly #providers = new Map<string, ProviderSendStatus>();
  readonly #stopListening: () => void;

  constructor(deps: SendStatusDeps) {
    this.#deps = deps;
    this.#stopListening = whenDeleted(deps.providers, (name) => {
      this.#providers.get(name)?.forget();
      this.#providers.delete(name);
    });
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
    this.#stopListening();
    await Promise.all([...this.#providers.values()].map((status) => status.close()));
  }
}
