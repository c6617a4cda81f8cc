import type { ProviderWrite } from '../admit.ts';
import { type FieldError, formatFieldError } from '../field-error.ts';
import { fieldsAt } from '../fields.ts';
import type { MailProvider } from '../mail-provider.ts';
import { sameValue } from '../same-value.ts';
import { circleThrough } from './circle-through.ts';
import { fallbacksOf } from './fallbacks-of.ts';

/** A write of a provider of that name; empty while the API server has not generated one yet. */
export interface NamedWrite extends ProviderWrite {
  readonly name: string;
}

/** What is wrong with the fallbacks of a write, and what its author may not know of them. */
export interface FallbackJudgement {
  readonly errors: readonly FieldError[];
  readonly warnings: readonly string[];
}

/** Whether a write sets or changes fallbacks; only then do the other providers matter. */
export function changesFallbacks({ spec, oldSpec }: ProviderWrite): boolean {
  const fallbacks = fallbacksOf(spec);
  return fallbacks.length > 0 && !sameValue(fallbacks, fallbacksOf(oldSpec));
}

/**
 * Judges the fallbacks of a write by the stored providers: one that leads back to the provider is an
 * error, or a warning where the stored object has it already; one that could not send is a warning.
 */
export function judgeFallbacks(
  { name, spec, oldSpec }: NamedWrite,
  stored: readonly MailProvider[],
): FallbackJudgement {
  const providers = byName(stored);
  const before = new Set(fallbacksOf(oldSpec));
  const errors: FieldError[] = [];
  const kept: string[] = [];
  for (const [index, fallback] of fallbacksOf(spec).entries()) {
    const circle = circleThrough(name, fallback, (at) => fallbacksOf(providers.get(at)?.spec));
    if (circle === undefined) continue;
    const error = circleError(index, fallback, circle);
    if (before.has(fallback)) kept.push(`${formatFieldError(error)} (kept from before)`);
    else errors.push(error);
  }
  return { errors, warnings: [...kept, ...fallbackWarnings(spec, stored)] };
}

/** Which fallbacks could not send as things are; each about 120 characters at most. */
export function fallbackWarnings(spec: unknown, stored: readonly MailProvider[]): string[] {
  const providers = byName(stored);
  return fallbacksOf(spec).flatMap((fallback, index) => {
    const why = whyPassedOver(providers.get(fallback));
    return why === undefined ? [] : [`${pathOf(index)}: MailProvider "${fallback}" ${why}`];
  });
}

function byName(stored: readonly MailProvider[]): ReadonlyMap<string, MailProvider> {
  return new Map(stored.map((provider) => [provider.metadata.name, provider]));
}

function pathOf(index: number): string {
  return `spec.fallbacks[${index}]`;
}

function circleError(index: number, value: string, circle: readonly string[]): FieldError {
  const detail = `must not lead back to this provider: ${circle.join(' -> ')}`;
  return { kind: 'invalid', path: pathOf(index), value, detail };
}

function whyPassedOver(provider: MailProvider | undefined): string | undefined {
  if (provider === undefined) return 'does not exist; it is passed over until it does';
  if (provider.metadata.deletionTimestamp !== undefined) {
    return 'is being deleted; it is passed over';
  }
  if (fieldsAt(provider, 'spec')['disabled'] === true) {
    return 'is disabled; it is passed over until it is enabled';
  }
  return undefined;
}
