import { type AdmissionContext, admit, dependsOnOthers } from '@mailprovider/provider/admit';
import type { ClaimRequest } from '@mailprovider/provider/default/claim';
import { type FieldError, formatFieldErrors } from '@mailprovider/provider/field-error';
import { fieldsAt } from '@mailprovider/provider/fields';
import type { ClaimResult } from '../default-claim/claim-default.ts';
import type { AdmissionRequest } from './review.ts';
import { allowed, denied, type Verdict } from './verdict.ts';

export interface ValidateDeps {
  readonly context: AdmissionContext;
  /** Claims to be the default; with `take` false only says whether it could. */
  claimDefault(request: ClaimRequest, take: boolean, signal: AbortSignal): Promise<ClaimResult>;
  /** The error of a user who may not send that Secret's password there; absent: all may. */
  secretAccessError?(
    write: { readonly spec: unknown; readonly oldSpec: unknown },
    user: AdmissionRequest['userInfo'],
  ): Promise<FieldError | undefined>;
}

function metadataText(object: unknown, key: string): string {
  const value = fieldsAt(object, 'metadata')[key];
  return typeof value === 'string' ? value : '';
}

/** A create is known by the uid that its object will have, an update by what it is written over. */
function claimRequestOf({ name, object, oldObject }: AdmissionRequest): ClaimRequest {
  if (oldObject === undefined) {
    const uid = metadataText(object, 'uid');
    return { holder: name, operation: 'CREATE', uid, resourceVersion: '' };
  }
  const resourceVersion = metadataText(oldObject, 'resourceVersion');
  const uid = metadataText(oldObject, 'uid');
  return { holder: name, operation: 'UPDATE', uid, resourceVersion };
}

/**
 * Judges a create or an update of a MailProvider: every fault at once, or the warnings.
 *
 * What is being deleted may be written as it is: its finalizers must be able to go.
 */
export async function validate(
  request: AdmissionRequest,
  deps: ValidateDeps,
  deadline: { readonly signal: AbortSignal },
): Promise<Verdict> {
  const { object, oldObject, userInfo, dryRun } = request;
  if (metadataText(oldObject, 'deletionTimestamp') !== '') return allowed();
  const write = { spec: object?.['spec'], oldSpec: oldObject?.['spec'] };
  const { errors, warnings } = admit(write, deps.context);
  const access = await deps.secretAccessError?.(write, userInfo);
  const faults = access === undefined ? errors : [...errors, access];
  if (!dependsOnOthers(write)) {
    return faults.length === 0 ? allowed(warnings) : denied(formatFieldErrors(faults));
  }
  const take = faults.length === 0 && !dryRun;
  const { error } = await deps.claimDefault(claimRequestOf(request), take, deadline.signal);
  const all = error === undefined ? faults : [...faults, error];
  const defaultClaim = take && error === undefined ? 'taken' : 'refused';
  return all.length === 0
    ? allowed(warnings, dryRun ? undefined : defaultClaim)
    : denied(formatFieldErrors(all), { defaultClaim });
}
