import { CoreV1Api } from '@kubernetes/client-node';
import type { StoredSecret } from '@mailprovider/provider/secret';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { calling } from './api-error.ts';
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

function decodeVersion(object: unknown): SecretVersion | undefined {
  const parsed = metadataSchema.safeParse(object);
  return parsed.success ? parsed.data.metadata : undefined;
}

/** The Secrets of one namespace. */
export interface Secrets {
  /** Reads one Secret with its values. Throws `ApiError`, "not-found" and "forbidden" among them. */
  read(name: string): Promise<StoredSecret>;
  /** Follows the versions of all Secrets, without their values, until the signal of the context aborts. */
  watch(handlers: WatchHandlers<SecretVersion>, context: WatchContext): Promise<void>;
}

export function secrets(connection: ApiConnection, namespace: string): Secrets {
  const api = new CoreV1Api(connection.configuration());
  return {
    async read(name) {
      const secret = await calling(`read secret ${namespace}/${name}`, () =>
        api.readNamespacedSecret({ name, namespace }),
      );
      const { annotations = {}, resourceVersion = '' } = secret.metadata ?? {};
      const { type = 'Opaque', data = {} } = secret;
      return { type, data, annotations, resourceVersion };
    },
    watch: (handlers, context) =>
      listWatch({
        connection,
        collection: { path: `/api/v1/namespaces/${namespace}/secrets`, accept: METADATA_ONLY },
        decode: decodeVersion,
        handlers,
        context,
      }),
  };
}
