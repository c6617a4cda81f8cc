import { CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { API_VERSION, GROUP, KIND, PLURAL, VERSION } from '@mailprovider/provider/identity';
import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderStatus } from '@mailprovider/provider/status-schema';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { calling } from './api-error.ts';
import { listWatch, type WatchContext, type WatchHandlers } from './list-watch.ts';

const COLLECTION = { group: GROUP, version: VERSION, plural: PLURAL };
const listSchema = z.object({ items: z.array(z.unknown()) });
const appliedSchema = z.object({ metadata: z.object({ uid: z.string() }) });

/** The MailProvider objects of a cluster. */
export interface MailProviders {
  /** All stored providers, read from the store and not from a cache. */
  list(): Promise<readonly MailProvider[]>;
  /** Follows all providers until the signal of the context aborts. */
  watch(handlers: WatchHandlers<MailProvider>, context: WatchContext): Promise<void>;
  /**
   * Server-side apply of the status fields that `fieldManager` owns; those it leaves out are
   * removed. Returns the uid of the object that got them: the API server does not check a uid, so
   * it may be another object of the same name.
   */
  applyStatus(name: string, status: MailProviderStatus, fieldManager: string): Promise<string>;
}

export function mailProviders(connection: ApiConnection): MailProviders {
  const api = new CustomObjectsApi(connection.configuration());
  return {
    async list() {
      const answer = await calling(`list ${PLURAL}`, () => api.listClusterCustomObject(COLLECTION));
      return listSchema
        .parse(answer)
        .items.map(decodeMailProvider)
        .filter((provider) => provider !== undefined);
    },
    watch: (handlers, context) =>
      listWatch({
        connection,
        collection: { path: `/apis/${GROUP}/${VERSION}/${PLURAL}` },
        decode: decodeMailProvider,
        handlers,
        context,
      }),
    async applyStatus(name, status, fieldManager) {
      const body = { apiVersion: API_VERSION, kind: KIND, metadata: { name }, status };
      const applied = await calling(`apply status of ${PLURAL}/${name}`, () =>
        api.patchClusterCustomObjectStatus(
          { ...COLLECTION, name, fieldManager, force: true, body },
          setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
        ),
      );
      return appliedSchema.parse(applied).metadata.uid;
    },
  };
}
