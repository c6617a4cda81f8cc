import { API_VERSION, GROUP, KIND, PLURAL, VERSION } from '@mailprovider/provider/identity';
import { decodeMailProvider, type MailProvider } from '@mailprovider/provider/mail-provider';
import type { MailProviderStatus } from '@mailprovider/provider/status-schema';
import { z } from 'zod';
import type { ApiConnection } from './api-connection.ts';
import { jsonCall } from './json-call.ts';
import { listWatch, type WatchContext, type WatchHandlers } from './list-watch.ts';

const COLLECTION = `/apis/${GROUP}/${VERSION}/${PLURAL}`;
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
  return {
    async list() {
      const call = `list ${PLURAL}`;
      const request = { method: 'GET', path: COLLECTION } as const;
      const { items } = await jsonCall(connection, call, request, listSchema);
      return items.map(decodeMailProvider).filter((provider) => provider !== undefined);
    },
    watch: (handlers, context) =>
      listWatch({
        connection,
        collection: { path: COLLECTION },
        decode: decodeMailProvider,
        handlers,
        context,
      }),
    async applyStatus(name, status, fieldManager) {
      const call = `apply status of ${PLURAL}/${name}`;
      const request = {
        method: 'PATCH',
        path: `${COLLECTION}/${encodeURIComponent(name)}/status`,
        query: { fieldManager, force: 'true' },
        body: { apiVersion: API_VERSION, kind: KIND, metadata: { name }, status },
        contentType: 'application/apply-patch+yaml',
      } as const;
      const { metadata } = await jsonCall(connection, call, request, appliedSchema);
      return metadata.uid;
    },
  };
}
