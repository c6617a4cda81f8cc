import process from 'node:process';
import { type Cluster, type ProcessSpec, startCluster } from '@mailprovider/cluster';
import type { Test } from 'tap';
import { requiredPrograms } from '../cluster/control-plane.ts';

/** Starts a cluster that ends with the test; without `processes` it has one webhook and one health. */
export async function startTestCluster(
  t: Test,
  processes?: readonly ProcessSpec[],
): Promise<Cluster> {
  const cluster = await startCluster({
    programs: requiredPrograms(),
    environment: process.env,
    progress: () => {},
    signal: new AbortController().signal,
    ...(processes === undefined ? {} : { processes }),
  });
  t.teardown(() => cluster.close());
  return cluster;
}
