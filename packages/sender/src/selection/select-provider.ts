import { electDefault } from '@mailprovider/provider/default/elect-default';
import { formatFieldErrors } from '@mailprovider/provider/field-error';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import type { Submission } from '../mail/submission.ts';
import type { ProviderSource, ReferenceLookup, ReferenceSource } from '../ports.ts';
import type { Refused } from '../refusals.ts';
import { objectOf, type ProviderName, type Reference, referencesOf } from './reference.ts';
import {
  noDefaultProvider,
  providerDeleted,
  providerDisabled,
  providerInvalid,
  providerNotFound,
  referenceMalformed,
  referenceNotFound,
  referenceUnavailable,
} from './refusals.ts';
import { usableProvider } from './usable-provider.ts';

export type Selection =
  | { readonly kind: 'selected'; readonly provider: MailProvider; readonly spec: MailProviderSpec }
  | Refused;

export interface SelectionSources {
  readonly providers: ProviderSource;
  readonly references: ReferenceSource;
}

/** The provider that a reference leads to, nothing if its object names none, or why not. */
async function followed(
  reference: Reference,
  references: ReferenceSource,
): Promise<ProviderName | Refused | undefined> {
  const object = objectOf(reference);
  if (object === undefined) return referenceMalformed(reference);
  let lookup: ReferenceLookup;
  try {
    lookup = await references.lookUp(reference.kind, object.name, object.namespace);
  } catch (error) {
    return referenceUnavailable(reference, error);
  }
  if (!lookup.found) return referenceNotFound(reference, lookup.why);
  // Clients in Go write an absent name as an empty one.
  return lookup.mailProvider ? { name: lookup.mailProvider, by: reference } : undefined;
}

async function providerNameOf(
  request: Pick<Submission, 'provider' | 'escalation' | 'cluster'>,
  { providers, references }: SelectionSources,
): Promise<ProviderName | Refused> {
  if (request.provider !== undefined) return { name: request.provider };
  for (const reference of referencesOf(request)) {
    const found = await followed(reference, references);
    if (found !== undefined) return found;
  }
  const name = electDefault(providers.all(), providers.claimHolder());
  return name === undefined ? noDefaultProvider() : { name };
}

/** The provider of that name if it can be used, or why not. */
function selected(chosen: ProviderName, providers: ProviderSource): Selection {
  const usability = usableProvider(providers, chosen.name);
  if (usability.usable) {
    const { provider, spec } = usability;
    return { kind: 'selected', provider, spec };
  }
  switch (usability.reason) {
    case 'ProviderNotFound':
      return usability.isBeingDeleted ? providerDeleted(chosen) : providerNotFound(chosen);
    case 'ProviderDisabled':
      return providerDisabled(chosen);
    case 'ProviderInvalid':
      return providerInvalid(chosen, formatFieldErrors(usability.errors));
  }
}

/**
 * The provider of a mail: the one that is named, else that of the escalation, else that of the
 * cluster, else the elected default. Whoever may not use it (`refusalOf`) learns nothing of it, not even
 * whether it exists. Never rejects for what was submitted or what is stored.
 */
export async function selectProvider(
  request: Pick<Submission, 'provider' | 'escalation' | 'cluster'>,
  sources: SelectionSources,
  refusalOf: (name: string) => Promise<Refused | undefined> = async () => undefined,
): Promise<Selection> {
  const chosen = await providerNameOf(request, sources);
  if ('kind' in chosen) return chosen;
  return (await refusalOf(chosen.name)) ?? selected(chosen, sources.providers);
}
