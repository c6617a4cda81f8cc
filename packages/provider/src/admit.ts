import { becomesDefault, singleDefaultError } from './default/single-default.ts';
import type { FieldError } from './field-error.ts';
import { fieldsAt } from './fields.ts';
import type { MailProvider } from './mail-provider.ts';
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
  readonly name: string;
  readonly spec: unknown;
  readonly oldSpec: unknown;
}

/** All stored providers, or that they could not be listed. */
export type StoredProviders = readonly MailProvider[] | 'not-listed';

export type Admission =
  | {
      readonly admitted: true;
      readonly spec: MailProviderSpec;
      readonly warnings: readonly string[];
    }
  | { readonly admitted: false; readonly errors: readonly FieldError[] };

/** Whether a write can be judged only with the other providers known. */
export function dependsOnOthers({ spec, oldSpec }: ProviderWrite): boolean {
  return becomesDefault(spec, oldSpec);
}

function namespaceErrors(spec: unknown, { credentialsNamespace }: AdmissionContext): FieldError[] {
  const { namespace = '' } = fieldsAt(fieldsAt(spec, 'smtp'), 'passwordRef');
  if (typeof namespace !== 'string' || namespace === '') return [];
  if (namespace === credentialsNamespace) return [];
  const detail = `must be "${credentialsNamespace}", the namespace that credentials are read from, or absent`;
  return [{ kind: 'invalid', path: 'spec.smtp.passwordRef.namespace', detail }];
}

function defaultErrors(write: ProviderWrite, stored: StoredProviders): FieldError[] {
  if (!dependsOnOthers(write)) return [];
  if (stored === 'not-listed') {
    const detail =
      'the other MailProviders could not be listed to see whether one is the default already; try again';
    return [{ kind: 'forbidden', path: 'spec.default', detail }];
  }
  const error = singleDefaultError(write.name, stored);
  return error === undefined ? [] : [error];
}

/**
 * Judges a write of a provider: the spec by itself, where its password lies, and whether there is
 * a default already. Every fault is found at once; a valid spec comes with its warnings.
 */
export function admit(
  write: ProviderWrite,
  stored: StoredProviders,
  context: AdmissionContext,
): Admission {
  const result = validateSpec(write.spec);
  const errors = [
    ...(result.valid ? [] : result.errors),
    ...namespaceErrors(write.spec, context),
    ...defaultErrors(write, stored),
  ];
  if (!result.valid || errors.length > 0) return { admitted: false, errors };
  return { admitted: true, spec: result.spec, warnings: warningsFor(result.spec) };
}
