import { type AdmissionContext, admit } from '@mailprovider/provider/admit';
import type { ClaimRequest } from '@mailprovider/provider/default/claim';
import { becomesDefault } from '@mailprovider/provider/default/single-default';
import {
  changesFallbacks,
  type FallbackJudgement,
  type NamedWrite,
} from '@mailprovider/provider/fallbacks/judge-fallbacks';
import { type FieldError, formatFieldErrors } from '@mailprovider/provider/field-error';
import { fieldsAt } from '@mailprovider/provider/fields';
import type { ClaimResult } from '../default-claim/claim-default.ts';
import type { AdmissionRequest } from './review.ts';
import { allowed, denied, type Verdict } from './verdict.ts';

export interface ValidateDeps {
  readonly context: AdmissionContext;
  /** Claims to be the default; with `take` false only says whether it could. */
  claimDefault(request: ClaimRequest, take: boolean, signal: AbortSignal): Promise<ClaimResult>;
  /** Judges fallbacks that are set or changed by the other providers. */
  judgeFallbacks(write: NamedWrite): Promise<FallbackJudgement>;
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

async function judgeAccess(
  { secretAccessError }: ValidateDeps,
  write: NamedWrite,
  user: AdmissionRequest['userInfo'],
): Promise<Pick<FallbackJudgement, 'errors'>> {
  const error = await secretAccessError?.(write, user);
  return { errors: error === undefined ? [] : [error] };
}

/**
 * Judges a create or an update of a MailProvider: every fault at once, or the warnings. Most writes
 * are judged at once; those that others must be asked about return how to ask.
 *
 * No fault blocks an object that is being deleted, and it is no default any more; but who may not read
 * a Secret may not have it sent in this way either.
 */
export function validate(request: AdmissionRequest, deps: ValidateDeps): Verdict | PendingVerdict {
  const { name, object, oldObject, userInfo, dryRun } = request;
  const write = { name, spec: object?.['spec'], oldSpec: oldObject?.['spec'] };
  const isDeleting = metadataText(oldObject, 'deletionTimestamp') !== '';
  const { errors, warnings } = isDeleting ? HARMLESS : admit(write, deps.context);
  const claims = !isDeleting && becomesDefault(write.spec, write.oldSpec);
  const reroutes = !isDeleting && changesFallbacks(write);
  const asksOthers = claims || reroutes || deps.secretAccessError !== undefined;
  if (!asksOthers) return verdictOn(errors, warnings);

  return async ({ signal }) => {
    const [fallbacks, access] = await Promise.all([
      reroutes ? deps.judgeFallbacks(write) : HARMLESS,
      judgeAccess(deps, write, userInfo),
    ]);
    const faults = [...errors, ...fallbacks.errors, ...access.errors];
    const told = [...warnings, ...fallbacks.warnings];
    if (!claims) return verdictOn(faults, told);
    const take = faults.length === 0 && !dryRun;
    const { error } = await deps.claimDefault(claimRequestOf(request), take, signal);
    const all = error === undefined ? faults : [...faults, error];
    const claim = error === undefined ? 'taken' : 'refused';
    return verdictOn(all, told, take ? claim : undefined);
  };
}
