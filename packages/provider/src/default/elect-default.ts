import { fieldsAt } from '../fields.ts';
import type { MailProvider } from '../mail-provider.ts';
import { isStoredDefault } from './single-default.ts';

function byAge(a: MailProvider, b: MailProvider): number {
  const [older, younger] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? '');
  if (older !== younger) return (older ?? '') < (younger ?? '') ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/**
 * The name of the provider that is used where none is named. Pure; everyone who knows the same
 * objects elects the same one.
 *
 * Of the enabled providers with `default: true` that are not being deleted it is the holder of the claim, else the oldest, then
 * the first by name: there are several only if some were stored without admission.
 */
export function electDefault(
  providers: readonly MailProvider[],
  claimHolder: string | undefined,
): string | undefined {
  const candidates = providers.filter(
    (provider) => isStoredDefault(provider) && fieldsAt(provider, 'spec')['disabled'] !== true,
  );
  const holder = candidates.find(({ metadata }) => metadata.name === claimHolder);
  return (holder ?? candidates.sort(byAge)[0])?.metadata.name;
}
