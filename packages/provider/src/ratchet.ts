import { type FieldError, formatFieldError } from './field-error.ts';
import { isFields } from './fields.ts';
import { sameValue } from './same-value.ts';

/** The faults of an update, apart into those it makes and those it found. */
export interface Ratcheted {
  readonly refused: readonly FieldError[];
  readonly carriedOver: readonly FieldError[];
}

const KEYS_AND_INDICES = /[^.[\]]+/g;

/** The value at a path such as `spec.smtp.port` or `spec.fallbacks[0]`. */
function valueAt(spec: unknown, path: string): unknown {
  const [, ...keys] = path.match(KEYS_AND_INDICES) ?? [];
  return keys.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isFields(at) ? at[key] : undefined;
  }, spec);
}

/**
 * Lets an update keep the faults that the stored object has already, as the API server does with
 * its own schema (KEP-4008): else a rule of a new version would make old objects uneditable. A fault
 * is the same if its words are, and every value that makes it one.
 */
export function ratchet(
  spec: unknown,
  errors: readonly FieldError[],
  oldSpec: unknown,
  oldErrors: readonly FieldError[],
): Ratcheted {
  const before = new Set(oldErrors.map(formatFieldError));
  const isCarriedOver = (error: FieldError) =>
    before.has(formatFieldError(error)) &&
    [error.path, ...(error.because ?? [])].every((path) =>
      sameValue(valueAt(spec, path), valueAt(oldSpec, path)),
    );
  return {
    refused: errors.filter((error) => !isCarriedOver(error)),
    carriedOver: errors.filter(isCarriedOver),
  };
}
