import type { Logger } from '@mailprovider/process';
import type { ApiConnection } from './api-connection.ts';
import { listWatch } from './list-watch.ts';

const METADATA = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

export interface WatchedObject {
  /** Path of the collection it is in. */
  readonly collection: string;
  readonly name: string;
}

/**
 * Tells of every change of one object until the signal aborts, and after each interruption; reads
 * only its metadata. A right limited to the name of the object is enough.
 */
export function watchObject(
  connection: ApiConnection,
  { collection, name }: WatchedObject,
  changed: () => void,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  return listWatch({
    connection,
    path: `${collection}?fieldSelector=${encodeURIComponent(`metadata.name=${name}`)}`,
    accept: {
      list: `application/json;${METADATA_LIST}`,
      watch: `application/json;${METADATA}`,
    },
    decode: () => name,
    handlers: { replaced: changed, stored: changed, deleted: changed },
    logger,
    signal,
  });
}
