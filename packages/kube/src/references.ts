import { GROUP, VERSION } from '@mailprovider/provider/identity';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { ApiError } from './api-error.ts';
import { jsonCall } from './json-call.ts';

/** The kinds whose `spec.mailProvider` names a provider, and their plurals. */
const PLURALS = {
  BreakglassEscalation: 'breakglassescalations',
  ClusterConfig: 'clusterconfigs',
} as const;
export type ReferringKind = keyof typeof PLURALS;

export type ReferenceLookup =
  /** `mailProvider` is absent where the object does not name one. */
  | { readonly found: true; readonly mailProvider?: string }
  | { readonly found: false; readonly why: 'no-such-object' | 'no-such-kind' | 'ambiguous' };

/** The objects of a cluster that refer to providers. */
export interface References {
  /**
   * Reads what an object refers to, from the store and not from a cache; without a namespace it is
   * looked for in all of them. Throws `ApiError` where the API server does not say.
   */
  lookUp(
    kind: ReferringKind,
    name: string,
    namespace: string | undefined,
  ): Promise<ReferenceLookup>;
}

/** RFC 1123 subdomain and label: what no object can be named would change the path or the selector. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_MAX = 253;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const objectSchema = z.object({
  spec: z.object({ mailProvider: z.string().nullish() }).nullish(),
});
const listSchema = z.object({ items: z.array(objectSchema).nullish() });

function canExist(name: string, namespace: string | undefined): boolean {
  return (
    name.length <= NAME_MAX &&
    NAME.test(name) &&
    (namespace === undefined || NAMESPACE.test(namespace))
  );
}

function lookupOf(objects: readonly z.output<typeof objectSchema>[]): ReferenceLookup {
  const [object, another] = objects;
  if (object === undefined) return { found: false, why: 'no-such-object' };
  if (another !== undefined) return { found: false, why: 'ambiguous' };
  const mailProvider = object.spec?.mailProvider;
  return { found: true, ...(typeof mailProvider === 'string' ? { mailProvider } : {}) };
}

/**
 * Only lists, with a namespace too: the answer to a GET is "not found" for an object that is not
 * there as well as for a kind, the one to a list only for a kind.
 */
export function references(connection: ApiConnection): References {
  return {
    async lookUp(kind, name, namespace) {
      if (!canExist(name, namespace)) return { found: false, why: 'no-such-object' };
      const plural = PLURALS[kind];
      const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
      const path = `/apis/${GROUP}/${VERSION}${scope}/${plural}`;
      const query = { fieldSelector: `metadata.name=${name}` };
      try {
        const request = { method: 'GET', path, query } as const;
        const { items } = await jsonCall(connection, `list ${plural}`, request, listSchema);
        return lookupOf(items ?? []);
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'not-found') throw error;
        return { found: false, why: 'no-such-kind' };
      }
    },
  };
}
