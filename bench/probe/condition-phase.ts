import { join } from 'node:path';
import type { Cluster } from '@mailprovider/cluster';
import type { Teardown } from '@mailprovider/cluster/teardown';
import { ApiConnection, loadKubeConfig, mailProviders } from '@mailprovider/kube';
import type { Access } from '../measure/access.ts';
import type { BenchDirectory } from '../measure/bench-directory.ts';
import { startControlPlane } from '../measure/control-plane.ts';
import { type ConditionFigures, measureConditions } from './condition-round.ts';
import type { BenchConfig } from './config.ts';
import { startHealth } from './health-process.ts';
import {
  createProviders,
  healthToken,
  kubeconfigWithToken,
  planProviders,
} from './provisioning.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export interface PhaseDeps {
  readonly access: Access;
  readonly directory: BenchDirectory;
  /** The start of a command that runs on the core of what is measured. */
  readonly pin: readonly string[];
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
}

interface Servers {
  readonly answering: ServerProcess;
  readonly silent: ServerProcess;
}

async function startServers({ access }: PhaseDeps, teardown: Teardown): Promise<Servers> {
  const start = async (kind: 'smtp-server' | 'silent') => {
    const server = await startServerProcess({ kind, ...access });
    teardown.add(() => server.stop());
    return server;
  };
  return { answering: await start('smtp-server'), silent: await start('silent') };
}

/** Writes a kubeconfig with the rights of health; returns its path. */
async function writeKubeconfig(api: ApiConnection, adminFile: string, directory: BenchDirectory) {
  const tokenFile = await directory.write('health.token', await healthToken(api));
  return directory.write('health.kubeconfig', kubeconfigWithToken(adminFile, tokenFile));
}

async function measureInCluster(
  config: BenchConfig,
  cluster: Cluster,
  { answering, silent }: Servers,
  deps: PhaseDeps,
  teardown: Teardown,
): Promise<ConditionFigures> {
  const { access, directory, pin, progress } = deps;
  const signal = AbortSignal.any([deps.signal, cluster.failed, answering.failed, silent.failed]);
  const { KUBECONFIG: adminFile } = cluster.environment;
  const api = new ApiConnection(loadKubeConfig(adminFile));
  teardown.add(() => api.close());
  const planned = planProviders({
    providers: config.providers,
    silentPercent: config.silent,
    ports: { answering: answering.port, silent: silent.port },
  });
  progress(`creating ${config.providers} providers`);
  await createProviders(api, planned, access, signal);
  const kubeconfigFile = await writeKubeconfig(api, adminFile, directory);
  progress('starting health, and waiting for all conditions');
  return measureConditions({
    planned,
    servers: [answering, silent],
    providers: mailProviders(api),
    async startHealth() {
      const logFile = join(directory.path, 'health.log');
      const { environment } = config;
      const health = await startHealth({ kubeconfigFile, pin, environment, logFile });
      teardown.add(() => health.stop());
      return health;
    },
    signal,
  });
}

/** Measures health in a cluster of its own with all providers; ends all that it started. */
export async function runConditionPhase(
  config: BenchConfig,
  deps: PhaseDeps,
  teardown: Teardown,
): Promise<ConditionFigures> {
  const servers = await startServers(deps, teardown);
  const cluster = await startControlPlane(config, deps);
  teardown.add(() => cluster.close());
  return measureInCluster(config, cluster, servers, deps, teardown);
}
