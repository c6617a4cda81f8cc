import { holderOf, type MailProviders, statusApply } from '@mailprovider/kube';
import type { ProviderListener } from '@mailprovider/kube/cache/provider-cache';
import type { Watches } from '@mailprovider/kube/cache/watches';
import type { Logger } from '@mailprovider/process';
import { kubernetesTime } from '@mailprovider/provider/conditions';
import type { ProviderSource, SendStatusWriter } from './ports.ts';

/** Owner of the status fields of deliveries, in `metadata.managedFields`. */
const SEND_MANAGER = 'mailprovider-sender';

/** The providers as the watches tell of them. */
export function watchedProviders(
  known: Pick<Watches, 'providers' | 'claim' | 'secretChanges'>,
): ProviderSource {
  const { providers, claim, secretChanges } = known;
  return {
    all: () => providers.all(),
    get: (name) => providers.get(name),
    claimHolder: () => claim.value && holderOf(claim.value),
    listen({ providerChanged, secretChanged }) {
      const stop = providers.listen(namesOf(providerChanged));
      secretChanges.on('changed', secretChanged);
      return () => {
        stop();
        secretChanges.off('changed', secretChanged);
      };
    },
  };
}

/** Tells the name of each provider that is stored or deleted, also of one that a new list leaves out. */
function namesOf(changed: (name: string) => void): ProviderListener {
  let known = new Set<string>();
  return {
    replaced(all) {
      const before = known;
      known = new Set(all.map(({ metadata }) => metadata.name));
      for (const name of new Set([...before, ...known])) changed(name);
    },
    stored({ metadata }) {
      known.add(metadata.name);
      changed(metadata.name);
    },
    deleted({ metadata }) {
      known.delete(metadata.name);
      changed(metadata.name);
    },
  };
}

/** Writes what deliveries tell to the API server. */
export function kubeSendStatusWriter(providers: MailProviders, logger: Logger): SendStatusWriter {
  const apply = statusApply(providers, SEND_MANAGER, logger);
  return {
    write: (provider, { lastSendAttempt, ...status }) =>
      apply(provider, { ...status, lastSendAttempt: kubernetesTime(lastSendAttempt) }),
  };
}
