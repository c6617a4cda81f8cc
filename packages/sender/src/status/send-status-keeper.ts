import { passwordSecretOf } from '@mailprovider/provider/password-secret';
import type { AttemptReport, SenderObserver } from '../observer.ts';
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
    this.#stopListening = deps.providers.listen({
      providerChanged: (name) => this.#providerChanged(name),
      secretChanged: (name) => this.#secretChanged(name),
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

  rerouted(): void {}

  ended(): void {}

  /** Tries once more to write what is not written yet. */
  async close(): Promise<void> {
    this.#stopListening();
    await Promise.all([...this.#providers.values()].map((status) => status.close()));
  }
  #providerChanged(name: string): void {
    if (this.#deps.providers.get(name) !== undefined) return;
    this.#providers.get(name)?.forget();
    this.#providers.delete(name);
  }

  #secretChanged(secret: string): void {
    for (const [name, status] of this.#providers) {
      const provider = this.#deps.providers.get(name);
      if (provider !== undefined && passwordSecretOf(provider) === secret) status.secretChanged();
    }
  }
}
