import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';
import type { ReferenceLookup } from '@mailprovider/sender/ports';
import type { SelectionSources } from '@mailprovider/sender/selection/select-provider';

interface StoredProvider {
  readonly spec?: object;
  readonly metadata?: object;
}

/** A provider as it is stored; `spec` and `metadata` are laid over a working one. */
export function storedProvider(name: string, { spec, metadata }: StoredProvider = {}) {
  const provider = decodeMailProvider({
    metadata: { name, ...metadata },
    spec: {
      smtp: { host: 'smtp.example.com', port: 587 },
      sender: { address: 'noreply@example.com' },
      ...spec,
    },
  });
  if (provider === undefined) throw new Error(`${name} cannot be stored`);
  return provider;
}

/** Providers and referring objects that are kept in memory; `lookups` counts what was looked up. */
export function sourcesOf(
  stored: readonly MailProvider[],
  objects: Readonly<Record<string, ReferenceLookup | Error>> = {},
): SelectionSources & { readonly lookups: string[] } {
  const byName = new Map(stored.map((provider) => [provider.metadata.name, provider]));
  const lookups: string[] = [];
  return {
    lookups,
    providers: {
      all: () => stored,
      get: (name) => byName.get(name),
      claimHolder: () => undefined,
      listen: () => () => {},
    },
    references: {
      async lookUp(kind, name, namespace) {
        const key = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
        lookups.push(key);
        const lookup = objects[key] ?? { found: false, why: 'no-such-object' };
        if (lookup instanceof Error) throw lookup;
        return lookup;
      },
    },
  };
}
