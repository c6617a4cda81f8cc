import type { FieldError } from './field-error.ts';
import { fieldsAt } from './fields.ts';
import { type SpecResult, validateSpec } from './validate.ts';

/** What admission needs to know beside the object itself. */
export interface AdmissionContext {
  /** The one namespace that credential Secrets are read from. */
  readonly credentialsNamespace: string;
}

function namespaceErrors(spec: unknown, { credentialsNamespace }: AdmissionContext): FieldError[] {
  const { namespace } = fieldsAt(fieldsAt(spec, 'smtp'), 'passwordRef');
  if (typeof namespace !== 'string' || namespace === credentialsNamespace) return [];
  return [
    {
      kind: 'invalid',
      path: 'spec.smtp.passwordRef.namespace',
      value: namespace,
      detail: `must be "${credentialsNamespace}", the namespace that credentials are read from, or absent`,
    },
  ];
}

/**
 * Checks a spec as admission does: `validateSpec`, and that its password lies where this
 * installation reads passwords from.
 */
export function admitSpec(spec: unknown, context: AdmissionContext): SpecResult {
  const result = validateSpec(spec);
  const errors = [...(result.valid ? [] : result.errors), ...namespaceErrors(spec, context)];
  return errors.length === 0 ? result : { valid: false, errors };
}
