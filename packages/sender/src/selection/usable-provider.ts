import type { FieldError } from '@mailprovider/provider/field-error';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { validateSpec } from '@mailprovider/provider/validate';
import type { ProviderSource } from '../ports.ts';

/** A provider that mails may go through now, or why they may not. */
export type Usability =
  | { readonly usable: true; readonly provider: MailProvider; readonly spec: MailProviderSpec }
  | {
      readonly usable: false;
      readonly reason: 'ProviderNotFound';
      readonly isBeingDeleted: boolean;
    }
  | { readonly usable: false; readonly reason: 'ProviderDisabled' }
  | {
      readonly usable: false;
      readonly reason: 'ProviderInvalid';
      readonly errors: readonly FieldError[];
    };

/** Each stored object is judged once: a provider that changed is another object. */
const judged = new WeakMap<MailProvider, Usability>();

/** Looks a provider up as it is now; it may have been admitted without the webhook. */
export function usableProvider(providers: Pick<ProviderSource, 'get'>, name: string): Usability {
  const provider = providers.get(name);
  if (provider === undefined) {
    return { usable: false, reason: 'ProviderNotFound', isBeingDeleted: false };
  }
  const known = judged.get(provider);
  if (known !== undefined) return known;
  const usability = judge(provider);
  judged.set(provider, usability);
  return usability;
}

function judge(provider: MailProvider): Usability {
  if (provider.metadata.deletionTimestamp !== undefined) {
    return { usable: false, reason: 'ProviderNotFound', isBeingDeleted: true };
  }
  const result = validateSpec(provider.spec);
  if (!result.valid) return { usable: false, reason: 'ProviderInvalid', errors: result.errors };
  const { spec } = result;
  return spec.disabled
    ? { usable: false, reason: 'ProviderDisabled' }
    : { usable: true, provider, spec };
}
