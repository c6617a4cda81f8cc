import {
  type AdmissionContext,
  admit,
  dependsOnOthers,
  type ProviderWrite,
  type StoredProviders,
} from '@mailprovider/provider/admit';
import { formatFieldErrors } from '@mailprovider/provider/field-error';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import type { AdmissionRequest } from './review.ts';
import { allowed, denied, type Verdict } from './verdict.ts';

export interface ValidateDeps {
  readonly context: AdmissionContext;
  /** All stored providers, from the store and not from a cache. */
  listProviders(): Promise<readonly MailProvider[]>;
  /** Told why a list failed; the denial says only that it did. */
  listFailed(error: unknown): void;
}

async function storedProviders(write: ProviderWrite, deps: ValidateDeps): Promise<StoredProviders> {
  if (!dependsOnOthers(write)) return [];
  try {
    return await deps.listProviders();
  } catch (error) {
    deps.listFailed(error);
    return 'not-listed';
  }
}

/** Judges a create or an update of a MailProvider: every fault at once, or the warnings. */
export async function validate(request: AdmissionRequest, deps: ValidateDeps): Promise<Verdict> {
  const { name, object, oldObject } = request;
  const write = { name, spec: object?.['spec'], oldSpec: oldObject?.['spec'] };
  const admission = admit(write, await storedProviders(write, deps), deps.context);
  return admission.admitted
    ? allowed(admission.warnings)
    : denied(formatFieldErrors(admission.errors));
}
