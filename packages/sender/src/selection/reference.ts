import type { ReferringKind } from '../ports.ts';

/** An object that a submission names for the provider that the object names. */
export interface Reference {
  readonly kind: ReferringKind;
  /** The field of the submission. */
  readonly field: 'escalation' | 'cluster';
  /** `name` or `namespace/name`, as it was submitted. */
  readonly text: string;
}

/** The name of a provider, and the object that it was found in unless the submission has it. */
export interface ProviderName {
  readonly name: string;
  readonly by?: Reference;
}

export function printedReference({ kind, text }: Reference): string {
  return `${kind} "${text}"`;
}

/** The references of a submission, the one to follow first in front. */
export function referencesOf(request: {
  readonly escalation?: string;
  readonly cluster?: string;
}): readonly Reference[] {
  const { escalation, cluster } = request;
  const references: Reference[] = [];
  if (escalation !== undefined) {
    references.push({ kind: 'BreakglassEscalation', field: 'escalation', text: escalation });
  }
  if (cluster !== undefined) {
    references.push({ kind: 'ClusterConfig', field: 'cluster', text: cluster });
  }
  return references;
}

/** Namespace and name of a reference; undefined where it is neither `name` nor `namespace/name`. */
export function objectOf({
  text,
}: Reference): { readonly name: string; readonly namespace: string | undefined } | undefined {
  const parts = text.split('/');
  if (parts.length > 2 || parts.includes('')) return undefined;
  return { name: parts.at(-1) ?? '', namespace: parts.length === 2 ? parts[0] : undefined };
}
