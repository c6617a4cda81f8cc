import { type ConditionUpdate, transition } from '@mailprovider/provider/conditions';
import { electDefault } from '@mailprovider/provider/default/elect-default';
import { isStoredDefault } from '@mailprovider/provider/default/single-default';
import { fieldsAt } from '@mailprovider/provider/fields';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { DefaultReason } from '@mailprovider/provider/reasons';
import type { Condition } from '@mailprovider/provider/status-schema';

export const DEFAULT_CONDITION = 'Default';

type Verdict = Pick<ConditionUpdate, 'status' | 'message'> & { readonly reason: DefaultReason };

function isDisabled(spec: unknown): boolean {
  return fieldsAt({ spec }, 'spec')['disabled'] === true;
}

/** Enabled providers that say of themselves to be the default; more than one is a conflict. */
export function enabledDefaults(providers: readonly MailProvider[]): readonly MailProvider[] {
  return providers.filter((provider) => isStoredDefault(provider) && !isDisabled(provider.spec));
}

function verdictOn({ metadata, spec }: MailProvider, elected: string | undefined): Verdict {
  if (isDisabled(spec)) {
    return { status: 'False', reason: 'Disabled', message: 'The provider is disabled.' };
  }
  if (metadata.name === elected) {
    const message = 'The provider is used where none is named.';
    return { status: 'True', reason: 'Elected', message };
  }
  const message = `MailProvider "${elected}" is the elected default; set default: false here or there.`;
  return { status: 'False', reason: 'DefaultConflict', message };
}

/**
 * The Default condition that each provider is to have, by name; none where `default` is not true, or
 * the provider is being deleted.
 * Pure; it agrees with whoever else calls `electDefault`.
 */
export function defaultConditions(
  providers: readonly MailProvider[],
  claimHolder: string | undefined,
  now: Date,
): ReadonlyMap<string, Condition | undefined> {
  const elected = electDefault(providers, claimHolder);
  const conditionOn = (provider: MailProvider): Condition | undefined => {
    const { metadata, status } = provider;
    if (!isStoredDefault(provider)) return undefined;
    const update: ConditionUpdate = {
      type: DEFAULT_CONDITION,
      ...verdictOn(provider, elected),
      observedGeneration: metadata.generation,
    };
    return transition(status?.conditions ?? [], update, now);
  };
  return new Map(providers.map((provider) => [provider.metadata.name, conditionOn(provider)]));
}
