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

const HARMLESS = { errors: [], warnings: [] };

/** A verdict that others must be asked for; it waits for the API server. */
export type PendingVerdict = (deadline: { readonly signal: AbortSignal }) => Promise<Verdict>;

function verdictOn(
  faults: readonly FieldError[],
  warnings: readonly string[],
  defaultClaim?: 'taken' | 'refused',
): Verdict {
  return faults.length === 0
    ? allowed(warnings, defaultClaim)
    : denied(formatFieldErrors(faults), { defaultClaim });
}

/**
 * Judges a create or an update of a MailProvider: every fault at once, or the warnings. Most writes
 * are judged at once; those that others must be asked about return how to ask.
 *
 * No fault blocks an object that is being deleted, and it is no default any more; but who may not read
 * a Secret may not have it sent in this way either.
 */
export function validate(request: AdmissionRequest, deps: ValidateDeps): Verdict | PendingVerdict {
  const { object, oldObject, userInfo, dryRun } = request;
  const write = { spec: object?.['spec'], oldSpec: oldObject?.['spec'] };
  const isDeleting = metadataText(oldObject, 'deletionTimestamp') !== '';
  const { errors, warnings } = isDeleting ? HARMLESS : admit(write, deps.context);
  const becomesDefault = !isDeleting && dependsOnOthers(write);
  if (!becomesDefault && deps.secretAccessError === undefined) return verdictOn(errors, warnings);

  return async ({ signal }) => {
    const access = await deps.secretAccessError?.(write, userInfo);
    const faults = access === undefined ? errors : [...errors, access];
    if (!becomesDefault) return verdictOn(faults, warnings);
    const take = faults.length === 0 && !dryRun;
    const { error } = await deps.claimDefault(claimRequestOf(request), take, signal);
    const all = error === undefined ? faults : [...faults, error];
    const claim = error === undefined ? 'taken' : 'refused';
    return verdictOn(all, warnings, take ? claim : undefined);
  };
}
