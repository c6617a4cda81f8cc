import { fieldsAt } from '../fields.ts';

/** The names in `spec.fallbacks`, of a spec that may not be valid; what is no name is left out. */
export function fallbacksOf(spec: unknown): readonly string[] {
  const { fallbacks } = fieldsAt({ spec }, 'spec');
  if (!Array.isArray(fallbacks)) return [];
  return fallbacks.filter((name) => typeof name === 'string');
}
