import type { FieldError } from '../field-error.ts';
import { fieldsAt } from '../fields.ts';
import type { MailProvider } from '../mail-provider.ts';

/** Whether an object says of itself that it is the default; disabled or not makes no difference. */
export function isDefault(spec: unknown): boolean {
  return fieldsAt({ spec }, 'spec')['default'] === true;
}

/** Whether a write newly sets `default: true`; only then do the other providers matter. */
export function becomesDefault(spec: unknown, oldSpec: unknown): boolean {
  return isDefault(spec) && !isDefault(oldSpec);
}

/** Whether a stored provider is a default; one that is being deleted is none any more. */
export function isStoredDefault({ metadata, spec }: MailProvider): boolean {
  return metadata.deletionTimestamp === undefined && isDefault(spec);
}

/** The error of a provider that wants to be default while another one is, or nothing. */
export function singleDefaultError(
  name: string,
  stored: readonly MailProvider[],
): FieldError | undefined {
  const holders = stored
    .filter((other) => other.metadata.name !== name && isStoredDefault(other))
    .map((other) => `"${other.metadata.name}"`)
    .sort();
  if (holders.length === 0) return undefined;
  const verb = holders.length === 1 ? 'is' : 'are';
  return {
    kind: 'forbidden',
    path: 'spec.default',
    detail: `only one MailProvider can be the default, and ${holders.join(', ')} already ${verb}; set default: false there first`,
  };
}
