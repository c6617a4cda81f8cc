import type { ApiConnection } from './api-connection.ts';
import { listWatch, type WatchContext } from './list-watch.ts';
import { METADATA_ONLY } from './metadata-only.ts';

export interface WatchedObject {
  /** Path of the collection it is in. */
  readonly collection: string;
  readonly name: string;
}

/**
 * Tells of every change of one object until the signal of the context aborts, and after each interruption; reads
 * only its metadata. A right limited to the name of the object is enough.
 */
export function watchObject(
  connection: ApiConnection,
  { collection, name }: WatchedObject,
  changed: () => void,
  context: WatchContext,
): Promise<void> {
  return listWatch({
    connection,
    collection: {
      path: collection,
      query: { fieldSelector: `metadata.name=${name}` },
      accept: METADATA_ONLY,
    },
    decode: () => name,
    handlers: { replaced: changed, stored: changed, deleted: changed },
    context,
  });
}
