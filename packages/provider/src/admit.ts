import { type FieldError, formatFieldError } from './field-error.ts';
import { fieldsAt } from './fields.ts';
import { ratchet } from './ratchet.ts';
import type { MailProviderSpec } from './schema.ts';
import { validateSpec } from './validate.ts';
import { warningsFor } from './warnings.ts';

/** What admission needs to know beside the objects themselves. */
export interface AdmissionContext {
  /** The one namespace that credential Secrets are read from. */
  readonly credentialsNamespace: string;
}

/** A create (no `oldSpec`) or an update of a provider. */
export interface ProviderWrite {
  readonly spec: unknown;
  readonly oldSpec: unknown;
}

/** The verdict on a spec, before anything outside the object is looked at. */
export interface Admission {
  /** With its defaults, where it has no fault at all. */
  readonly spec: MailProviderSpec | undefined;
  readonly errors: readonly FieldError[];
  readonly warnings: readonly string[];
}

function namespaceErrors(spec: unknown, { credentialsNamespace }: AdmissionContext): FieldError[] {
  const { namespace = '' } = fieldsAt(fieldsAt(spec, 'smtp'), 'passwordRef');
  if (typeof namespace !== 'string' || namespace === '') return [];
  if (namespace === credentialsNamespace) return [];
  const detail = `must be "${credentialsNamespace}", the namespace that credentials are read from, or absent`;
  return [{ kind: 'invalid', path: 'spec.smtp.passwordRef.namespace', detail }];
}

function judged(spec: unknown, context: AdmissionContext): Admission {
  const result = validateSpec(spec);
  const errors = [...(result.valid ? [] : result.errors), ...namespaceErrors(spec, context)];
  if (!result.valid) return { spec: undefined, errors, warnings: [] };
  return { spec: result.spec, errors, warnings: warningsFor(result.spec) };
}

/**
 * Judges a write of a provider: the spec by itself, and where its password lies. Every fault is found
 * at once; one that the stored object has already is a warning.
 */
export function admit({ spec, oldSpec }: ProviderWrite, context: AdmissionContext): Admission {
  const judgement = judged(spec, context);
  const { errors, warnings } = judgement;
  if (errors.length === 0 || oldSpec === undefined) return judgement;
  const { refused, carriedOver } = ratchet(spec, errors, oldSpec, judged(oldSpec, context).errors);
  const kept = carriedOver.map((error) => `${formatFieldError(error)} (kept from before)`);
  return { spec: undefined, errors: refused, warnings: [...kept, ...warnings] };
}
