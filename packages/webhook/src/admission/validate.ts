import { type AdmissionContext, admitSpec } from '@mailprovider/provider/admit';
import { becomesDefault, singleDefaultError } from '@mailprovider/provider/default/single-default';
import { type FieldError, formatFieldErrors } from '@mailprovider/provider/field-error';
import type { MailProvider } from '@mailprovider/provider/mail-provider';
import { warningsFor } from '@mailprovider/provider/warnings';
import type { AdmissionRequest } from './review.ts';
import { allowed, denied, type Verdict } from './verdict.ts';

export interface ValidateDeps {
  readonly context: AdmissionContext;
  /** All stored providers, from the store and not from a cache. */
  listProviders(): Promise<readonly MailProvider[]>;
  /** Told why a list failed; the denial says only that it did. */
  listFailed(error: unknown): void;
}

const LIST_FAILED =
  'spec.default: Forbidden: the existing MailProviders could not be listed to see whether one is the default already; try again';

async function defaultErrors(
  { name, object, oldObject }: AdmissionRequest,
  deps: ValidateDeps,
): Promise<readonly FieldError[] | 'unknown'> {
  if (!becomesDefault(object?.['spec'], oldObject?.['spec'])) return [];
  try {
    const error = singleDefaultError(name, await deps.listProviders());
    return error === undefined ? [] : [error];
  } catch (error) {
    deps.listFailed(error);
    return 'unknown';
  }
}

/** Judges a create or an update of a MailProvider: every fault at once, or the warnings. */
export async function validate(request: AdmissionRequest, deps: ValidateDeps): Promise<Verdict> {
  const result = admitSpec(request.object?.['spec'], deps.context);
  const conflict = await defaultErrors(request, deps);
  if (conflict === 'unknown' && result.valid) return denied(LIST_FAILED);
  const errors = [
    ...(result.valid ? [] : result.errors),
    ...(conflict === 'unknown' ? [] : conflict),
  ];
  if (errors.length > 0) return denied(formatFieldErrors(errors));
  return allowed(result.valid ? warningsFor(result.spec) : []);
}
