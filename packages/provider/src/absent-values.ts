import type { AdmissionContext } from './admit.ts';
import { isFields } from './fields.ts';
import { specSchema } from './schema.ts';

/** A value to put where the object has none; the path's parent exists. */
export interface AbsentValue {
  readonly path: readonly [string, ...string[]];
  readonly value: unknown;
}

const RETRY_DEFAULTS = specSchema.shape.retry.parse({});

function absentRetry(spec: Readonly<Record<string, unknown>>): AbsentValue[] {
  if (!('retry' in spec)) return [{ path: ['spec', 'retry'], value: RETRY_DEFAULTS }];
  const retry = spec['retry'];
  if (!isFields(retry)) return [];
  return Object.entries(RETRY_DEFAULTS)
    .filter(([field]) => !(field in retry))
    .map(([field, value]) => ({ path: ['spec', 'retry', field], value }));
}

/**
 * The values that an object leaves to us: the namespace of its `passwordRef`, and `retry` where the
 * CRD did not fill it in. A value that is given is never changed, whatever it is.
 */
export function absentValues(object: unknown, context: AdmissionContext): AbsentValue[] {
  const spec = isFields(object) ? object['spec'] : undefined;
  if (!isFields(spec)) return [];
  const smtp = spec['smtp'];
  const passwordRef = isFields(smtp) ? smtp['passwordRef'] : undefined;
  const namespace: AbsentValue[] =
    isFields(passwordRef) && !('namespace' in passwordRef)
      ? [
          {
            path: ['spec', 'smtp', 'passwordRef', 'namespace'],
            value: context.credentialsNamespace,
          },
        ]
      : [];
  return [...namespace, ...absentRetry(spec)];
}
