import { type Cluster, defaultProcesses, findPrograms, startCluster } from '@mailprovider/cluster';
import { buildPrograms } from '@mailprovider/cluster/build-programs';
import type { ClusterConfig } from '@mailprovider/cluster/config';

/** Where the programs are found. */
export type ControlPlaneConfig = Pick<
  ClusterConfig,
  'assetsDirectory' | 'cacheDirectory' | 'environment'
>;

export interface ControlPlaneDeps {
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Finds the programs of the control plane, or builds them with Go. */
async function obtainPrograms(config: ControlPlaneConfig, deps: ControlPlaneDeps) {
  const { assetsDirectory, cacheDirectory, environment } = config;
  const path = environment['PATH'] ?? '';
  const found = await findPrograms({ assetsDirectory, cacheDirectory, path });
  return found ?? buildPrograms({ cacheDirectory, environment, ...deps });
}

/**
 * Starts a cluster without the health process, which would write the status of each provider as soon
 * as it is created.
 */
export async function startControlPlane(
  config: ControlPlaneConfig,
  deps: ControlPlaneDeps,
): Promise<Cluster> {
  return startCluster({
    programs: await obtainPrograms(config, deps),
    environment: config.environment,
    processes: defaultProcesses({ health: 0, sender: false }),
    ...deps,
  });
}
