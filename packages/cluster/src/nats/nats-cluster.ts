import { join } from 'node:path';
import { freePorts } from '../free-ports.ts';
import {
  type NatsServer,
  type NatsServerOptions,
  onFreePorts,
  type PreparedServer,
  prepareServer,
} from './nats-server.ts';

const CLUSTER_NAME = 'local';

export type NatsClusterOptions = Omit<NatsServerOptions, 'port'>;

/** Servers of one cluster. */
export interface NatsCluster {
  readonly servers: readonly NatsServer[];
  /** Where clients connect: one of each server. */
  readonly urls: readonly string[];
  /** Aborted, with the error to report as its reason, when one ends by itself. */
  readonly failed: AbortSignal;
  /** Ends all that run. */
  stop(): Promise<void>;
  /** Starts all of them, of which none runs, on their data and ports; resolves when JetStream answers. */
  start(): Promise<void>;
}

/** Each server needs the others for it to become ready. */
async function startTogether(servers: readonly PreparedServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.launch()));
  await Promise.all(servers.map((server) => server.ready()));
}

async function prepareCluster(
  size: number,
  options: NatsClusterOptions,
): Promise<readonly PreparedServer[]> {
  const free = await freePorts(3 * size);
  const [clients, monitorings, ports] = [0, 1, 2].map((n) => free.slice(n * size, (n + 1) * size));
  return Promise.all(
    (ports ?? []).map((port, index) => {
      const serverName = `nats-server-${index + 1}`;
      const own = { client: clients?.[index] ?? 0, monitoring: monitorings?.[index] ?? 0 };
      const dataDir = join(options.dataDir, serverName);
      const membership = { serverName, clusterName: CLUSTER_NAME, port, ports: ports ?? [] };
      return prepareServer({ ...options, dataDir }, own, membership);
    }),
  );
}

/**
 * Starts a cluster of so many servers, each with a folder in `dataDir`, and waits until it has a leader
 * and JetStream answers on each; they listen on 127.0.0.1 alone.
 *
 * Rejects with the end of the log of the one that ended before.
 */
export function startNatsCluster(size: number, options: NatsClusterOptions): Promise<NatsCluster> {
  return onFreePorts(async () => {
    const servers = await prepareCluster(size, options);
    const stop = async () => {
      await Promise.all(servers.map((server) => server.stop()));
    };
    try {
      await startTogether(servers);
    } catch (error) {
      await Promise.all(servers.map((server) => server.kill()));
      throw error;
    }
    return {
      servers,
      urls: servers.map(({ url }) => url),
      failed: AbortSignal.any(servers.map(({ failed }) => failed)),
      stop,
      start: () => startTogether(servers),
    };
  });
}
