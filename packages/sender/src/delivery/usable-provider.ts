import type { QueueReason } from '@mailprovider/provider/delivery-reasons';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderSpec } from '@mailprovider/provider/schema';
import { validateSpec } from '@mailprovider/provider/validate';
import type { ProviderSource } from '../ports.ts';

/** A provider that mails may go through now, or why they may not. */
export type Usability =
  | { readonly usable: true; readonly provider: MailProvider; readonly spec: MailProviderSpec }
  | {
      readonly usable: false;
      readonly reason: Exclude<QueueReason, 'CredentialsUnavailable' | 'Interrupted'>;
    };

/** By stored object: a change is another object. */
const judged = new WeakMap<MailProvider, Usability>();

/** Looks a provider up as it is now; it may have been admitted without the webhook. */
export function usableProvider(providers: ProviderSource, name: string): Usability {
  const provider = providers.get(name);
  if (provider === undefined) return { usable: false, reason: 'ProviderNotFound' };
  const known = judged.get(provider);
  if (known !== undefined) return known;
  const usability = judge(provider);
  judged.set(provider, usability);
  return usability;
}

function judge(provider: MailProvider): Usability {
  if (provider.metadata.deletionTimestamp !== undefined) {
    return { usable: false, reason: 'ProviderNotFound' };
  }
  const result = validateSpec(provider.spec);
  if (!result.valid) return { usable: false, reason: 'ProviderInvalid' };
  const { spec } = result;
  if (spec.disabled) return { usable: false, reason: 'ProviderDisabled' };
  return { usable: true, provider, spec };
}
