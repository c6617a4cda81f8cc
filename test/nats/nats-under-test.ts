import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@mailprovider/cluster/config';
import { type NatsCluster, startNatsCluster } from '@mailprovider/cluster/nats/nats-cluster';
import { findNatsServer } from '@mailprovider/cluster/nats/nats-program';
import {
  type NatsServer,
  type NatsServerOptions,
  startNatsServer,
} from '@mailprovider/cluster/nats/nats-server';
import type { Test } from 'tap';

const { assetsDirectory, cacheDirectory, continuousIntegration, environment } = loadConfig([
  'node',
  'cluster',
]);
const found = await findNatsServer({
  assetsDirectory,
  cacheDirectory,
  path: environment['PATH'] ?? '',
});

/**
 * Why tests that start a NATS server are skipped, or false.
 *
 * In continuous integration they are not skipped: they fail.
 */
export const WITHOUT_NATS =
  found === undefined && !continuousIntegration && 'no nats-server; see CONTRIBUTING.md';

/** What a test may say of its servers. */
export type NatsUnderTestOptions = Omit<NatsServerOptions, 'program' | 'dataDir' | 'pin'>;

function requiredProgram(): string {
  if (found === undefined) throw new Error('no nats-server; see CONTRIBUTING.md');
  return found;
}

/** A folder that goes away with the test, after what is started in it. */
async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mailprovider-nats-'));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Starts a nats-server with JetStream and data of its own; it ends with the test. */
export async function natsUnderTest(
  t: Test,
  options: NatsUnderTestOptions = {},
): Promise<NatsServer> {
  const dataDir = await temporaryFolder(t);
  const server = await startNatsServer({ ...options, program: requiredProgram(), dataDir });
  t.teardown(() => server.kill());
  return server;
}

/** The same with three servers of one cluster. */
export async function natsClusterUnderTest(
  t: Test,
  options: Omit<NatsUnderTestOptions, 'port'> = {},
): Promise<NatsCluster> {
  const dataDir = await temporaryFolder(t);
  const cluster = await startNatsCluster(3, { ...options, program: requiredProgram(), dataDir });
  t.teardown(async () => {
    await Promise.all(cluster.servers.map((server) => server.kill()));
  });
  return cluster;
}
