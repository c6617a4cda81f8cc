import type { StoredSecret } from '@mailprovider/provider/secret';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { jsonCall } from './json-call.ts';
import { listWatch, type WatchContext, type WatchHandlers } from './list-watch.ts';
import { METADATA_ONLY } from './metadata-only.ts';

/** What a watch of Secrets tells: which one, and that it is another version of it. */
export interface SecretVersion {
  readonly name: string;
  readonly resourceVersion: string;
}

const metadataSchema = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
});

const secretSchema = z.object({
  metadata: z.object({
    name: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  type: z.string().default('Opaque'),
  data: z.record(z.string(), z.string()).default({}),
});

const listSchema = z.object({ items: z.array(secretSchema).nullish() });

function storedSecret({ metadata, type, data }: z.output<typeof secretSchema>): StoredSecret {
  const { annotations, resourceVersion } = metadata;
  return { type, data, annotations, resourceVersion };
}

function decodeVersion(object: unknown): SecretVersion | undefined {
  const parsed = metadataSchema.safeParse(object);
  return parsed.success ? parsed.data.metadata : undefined;
}

/** The Secrets of one namespace. */
export interface Secrets {
  /** Reads one Secret with its values. Throws `ApiError`, "not-found" and "forbidden" among them. */
  read(name: string): Promise<StoredSecret>;
  /** Reads all Secrets with their values, by name. Throws `ApiError`. */
  list(): Promise<ReadonlyMap<string, StoredSecret>>;
  /** Follows the versions of all Secrets, without their values, until the signal of the context aborts. */
  watch(handlers: WatchHandlers<SecretVersion>, context: WatchContext): Promise<void>;
}

export function secrets(connection: ApiConnection, namespace: string): Secrets {
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  return {
    async read(name) {
      const path = `${collection}/${encodeURIComponent(name)}`;
      const call = `read secret ${namespace}/${name}`;
      const request = { method: 'GET', path } as const;
      return storedSecret(await jsonCall(connection, call, request, secretSchema));
    },
    async list() {
      const request = { method: 'GET', path: collection } as const;
      const call = `list secrets of ${namespace}`;
      const { items } = await jsonCall(connection, call, request, listSchema);
      return new Map((items ?? []).map((item) => [item.metadata.name, storedSecret(item)]));
    },
    watch: (handlers, context) =>
      listWatch({
        connection,
        collection: { path: collection, accept: METADATA_ONLY },
        decode: decodeVersion,
        handlers,
        context,
      }),
  };
}
