import type { HealthStatus } from '@mailprovider/health';
import { kubernetesTime } from '@mailprovider/provider/conditions';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AuthSuspension, MailProviderStatus } from '@mailprovider/provider/status-schema';
import type { SendStatus } from '@mailprovider/sender/ports';

interface Written {
  readonly uid: string;
  readonly health?: HealthStatus;
  readonly send?: SendStatus;
}

/** The status of each provider, in memory, made of what health and sender last wrote. */
export class Statuses {
  readonly #written = new Map<string, Written>();
  /** As they are with their status: who knows the object need not look at it anew. */
  #known = new WeakMap<MailProvider, MailProvider>();

  writeHealth(provider: MailProvider, health: HealthStatus): void {
    this.#write(provider, { health });
  }

  writeSend(provider: MailProvider, send: SendStatus): void {
    this.#write(provider, { send });
  }

  /** The provider as it would be read from the API server: spec and status. */
  applyTo(provider: MailProvider): MailProvider {
    const { name, uid } = provider.metadata;
    const written = this.#written.get(name);
    if (written?.uid !== uid) return provider;
    const known = this.#known.get(provider) ?? { ...provider, status: statusOf(written) };
    this.#known.set(provider, known);
    return known;
  }

  #write({ metadata: { name, uid } }: MailProvider, part: Omit<Written, 'uid'>): void {
    this.#known = new WeakMap();
    const before = this.#written.get(name);
    this.#written.set(name, { ...(before?.uid === uid ? before : {}), uid, ...part });
  }
}

function statusOf({ health, send }: Written): MailProviderStatus {
  if (send === undefined) return { ...health };
  const { lastSendAttempt, ...fields } = send;
  const suspension = laterOf(health?.authSuspension, send.authSuspension);
  return {
    ...health,
    ...fields,
    lastSendAttempt: kubernetesTime(lastSendAttempt),
    ...(suspension === undefined ? {} : { authSuspension: suspension }),
  };
}

/** Each keeps what counts of the other's record, so the one that counts longer is the newer one. */
function laterOf(
  one: AuthSuspension | undefined,
  other: AuthSuspension | undefined,
): AuthSuspension | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Date.parse(one.until) < Date.parse(other.until) ? other : one;
}
