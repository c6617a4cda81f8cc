import { CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { Logger } from '@mailprovider/process';
import type { ApiConnection } from './api-connection.ts';
import { ApiError, calling } from './api-error.ts';
import { watchObject } from './object-watch.ts';

const TYPE = 'kubernetes.io/tls';

/** By their key; an undefined one is to be removed. */
type Texts = Readonly<Record<string, string | undefined>>;

/** One version of a Secret, its values as text. */
export interface SharedSecretVersion {
  readonly resourceVersion: string;
  readonly texts: Readonly<Record<string, string>>;
}

/** One Secret that several processes write. */
export interface SharedSecret {
  /** Reads it from the store; undefined if there is none. */
  read(): Promise<SharedSecretVersion | undefined>;
  /**
   * Creates it (type kubernetes.io/tls), or changes that version of it; what is not named
   * stays. Returns false if it exists by now or is another version.
   */
  write(previous: SharedSecretVersion | undefined, texts: Texts): Promise<boolean>;
  watch(changed: () => void, signal: AbortSignal): Promise<void>;
}

function decode(data: Readonly<Record<string, string>>): Record<string, string> {
  const texts = Object.entries(data).map(([key, value]) => {
    return [key, Buffer.from(value, 'base64').toString('utf8')] as const;
  });
  return Object.fromEntries(texts);
}

function encode(texts: Texts): Record<string, string> {
  const data = Object.entries(texts).flatMap(([key, text]) => {
    return text === undefined ? [] : [[key, Buffer.from(text).toString('base64')] as const];
  });
  return Object.fromEntries(data);
}

/** What a merge patch removes. */
function removals(texts: Texts): Record<string, null> {
  const absent = Object.entries(texts).filter(([, text]) => text === undefined);
  return Object.fromEntries(absent.map(([key]) => [key, null]));
}

/** Whether it worked; false if somebody was faster. */
async function unlessOutrun(call: string, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await calling(call, run);
    return true;
  } catch (error) {
    const outrun = ['conflict', 'not-found'];
    if (error instanceof ApiError && outrun.includes(error.reason)) return false;
    throw error;
  }
}

export function sharedSecret(
  connection: ApiConnection,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  logger: Logger,
): SharedSecret {
  const api = new CoreV1Api(connection.configuration());
  const what = `secret ${namespace}/${name}`;
  return {
    async read() {
      try {
        const secret = await calling(`read ${what}`, () =>
          api.readNamespacedSecret({ name, namespace }),
        );
        const resourceVersion = secret.metadata?.resourceVersion ?? '';
        return { resourceVersion, texts: decode(secret.data ?? {}) };
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'not-found') return undefined;
        throw error;
      }
    },
    write(previous, texts) {
      const data = encode(texts);
      if (previous === undefined) {
        const body = { metadata: { name }, type: TYPE, data };
        return unlessOutrun(`create ${what}`, () =>
          api.createNamespacedSecret({ namespace, body }),
        );
      }
      const { resourceVersion } = previous;
      const body = { metadata: { resourceVersion }, data: { ...data, ...removals(texts) } };
      return unlessOutrun(`patch ${what}`, () =>
        api.patchNamespacedSecret(
          { namespace, name, body },
          setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
        ),
      );
    },
    watch(changed, signal) {
      const collection = `/api/v1/namespaces/${namespace}/secrets`;
      return watchObject(connection, { collection, name }, changed, { logger, signal });
    },
  };
}
