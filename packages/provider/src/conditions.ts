import type { Condition } from './status-schema.ts';

/** A condition before its transition time is known. */
export type ConditionUpdate = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'> & {
  readonly observedGeneration: number;
};

/** `metav1.Time`: RFC 3339 in UTC, whole seconds. */
export function kubernetesTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/**
 * Carries a condition over to its next value (Kubernetes API conventions): a new condition and a
 * changed status get `now` as transition time; reason, message and generation may change alone and
 * keep it.
 */
export function transition(
  previous: readonly Condition[],
  next: ConditionUpdate,
  now: Date,
): Condition {
  const before = previous.find((condition) => condition.type === next.type);
  const lastTransitionTime =
    before?.status === next.status ? before.lastTransitionTime : kubernetesTime(now);
  return { ...next, lastTransitionTime };
}

/** The condition of that type, if the list has one. */
export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
