import { fieldsAt } from '../fields.ts';

/** The names in `spec.fallbacks` of a spec that may not be valid; none where it is no list of names. */
export function fallbacksOf(spec: unknown): readonly string[] {
  const { fallbacks } = fieldsAt({ spec }, 'spec');
  return isNames(fallbacks) ? fallbacks : [];
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
