import { z } from 'zod';
import type { ApiConnection, JsonRequest } from './api-connection.ts';
import { ApiError } from './api-error.ts';
import { answerTo, jsonCall } from './json-call.ts';
import { listWatch, type WatchContext, type WatchHandlers } from './list-watch.ts';
import { microTime } from './micro-time.ts';

const leaseSchema = z.object({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      acquireTime: z.string().nullish(),
      renewTime: z.string().nullish(),
      leaseTransitions: z.number().nullish(),
    })
    .default({}),
});

/** A stored Lease (coordination.k8s.io/v1). */
export type Lease = z.output<typeof leaseSchema>;

/** What a write makes of a Lease; labels and foreign annotations stay. */
export interface LeaseContent {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTime: Date;
  readonly renewTime: Date;
  readonly leaseTransitions: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a read found, and the API server's clock at that time, in whole seconds. */
export interface LeaseReading {
  readonly lease: Lease | undefined;
  readonly now: Date;
}

/** The Leases of one namespace; every write is a compare-and-swap. */
export interface Leases {
  /** Reads the store, not a cache. */
  read(name: string): Promise<LeaseReading>;
  /**
   * Writes over exactly the version that was read, or creates where none was. Throws `ApiError`
   * "conflict" if someone else was first.
   */
  write(name: string, content: LeaseContent, over: Lease | undefined): Promise<Lease>;
  /** Follows one Lease until the signal of the context aborts. */
  watch(name: string, handlers: WatchHandlers<Lease>, context: WatchContext): Promise<void>;
}

function decodeLease(object: unknown): Lease | undefined {
  const parsed = leaseSchema.safeParse(object);
  return parsed.success ? parsed.data : undefined;
}

function leaseObject(
  name: string,
  { annotations, ...content }: LeaseContent,
  over: Lease | undefined,
): object {
  // With a resourceVersion but no uid, a Lease deleted meanwhile would be created anew.
  const metadata = over === undefined ? { name } : { ...over.metadata, managedFields: undefined };
  const spec = {
    ...content,
    acquireTime: microTime(content.acquireTime),
    renewTime: microTime(content.renewTime),
  };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...metadata, annotations: { ...over?.metadata.annotations, ...annotations } },
    spec,
  };
}

export function leases(connection: ApiConnection, namespace: string): Leases {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  return {
    async read(name) {
      const call = `read lease ${namespace}/${name}`;
      const { status, date, body } = await answerTo(connection, call, {
        method: 'GET',
        path: `${collection}/${name}`,
      });
      if (Number.isNaN(date.getTime())) throw new ApiError(`${call}: no Date header`, status);
      if (status === 404) return { lease: undefined, now: date };
      if (status !== 200) throw new ApiError(call, status);
      return { lease: leaseSchema.parse(body), now: date };
    },
    async write(name, content, over) {
      const call = `write lease ${namespace}/${name}`;
      const request: JsonRequest = {
        ...(over === undefined
          ? { method: 'POST', path: collection }
          : { method: 'PUT', path: `${collection}/${name}` }),
        body: leaseObject(name, content, over),
      };
      return jsonCall(connection, call, request, leaseSchema);
    },
    watch: (name, handlers, context) =>
      listWatch({
        connection,
        collection: { path: collection, query: { fieldSelector: `metadata.name=${name}` } },
        decode: decodeLease,
        handlers,
        context,
      }),
  };
}
