import { once } from 'node:events';
import { buildPrograms } from './build-programs.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { exitCodeOf, runCommand } from './command.ts';
import type { ClusterConfig } from './config.ts';
import { hasGo } from './go-build.ts';
import { Interruption } from './interruption.ts';
import { buildNatsServer, findNatsServer } from './nats/nats-program.ts';
import { defaultProcesses } from './process-spec.ts';
import { findPrograms, type Programs } from './programs.ts';

const NO_API_SERVER =
  'no kube-apiserver: set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl, ' +
  'or install Go (https://go.dev/dl) to have them built once';

export interface RunDeps {
  /** Writes a line for programs that read our output. */
  readonly print: (line: string) => void;
  /** Writes a line for people. */
  readonly progress: (line: string) => void;
  /** Aborted with an Interruption when we are to end. */
  readonly interrupted: AbortSignal;
}

async function obtainPrograms(
  config: ClusterConfig,
  { progress, interrupted }: RunDeps,
): Promise<Programs | undefined> {
  const { assetsDirectory, cacheDirectory, environment } = config;
  const path = environment['PATH'] ?? '';
  const found = await findPrograms({ assetsDirectory, cacheDirectory, path });
  if (found !== undefined || !(await hasGo(environment))) return found;
  return buildPrograms({ cacheDirectory, environment, progress, signal: interrupted });
}

/** Has what `findNatsServer` finds built if it finds nothing and there is Go. */
async function ensureNatsServer(
  { assetsDirectory, cacheDirectory, environment }: ClusterConfig,
  { progress, interrupted }: RunDeps,
): Promise<void> {
  const path = environment['PATH'] ?? '';
  const found = await findNatsServer({ assetsDirectory, cacheDirectory, path });
  if (found !== undefined || !(await hasGo(environment))) return;
  await buildNatsServer({ cacheDirectory, environment, progress, signal: interrupted });
}

async function waitForEnd(cluster: Cluster, deps: RunDeps): Promise<number> {
  deps.progress(`logs of the processes: ${cluster.logDirectory}`);
  deps.progress(`for kubectl in another terminal: . ${cluster.environmentFile}`);
  deps.progress('Ctrl-C ends the cluster');
  deps.print(cluster.environment.KUBECONFIG);
  deps.print('READY');
  const ended = AbortSignal.any([deps.interrupted, cluster.failed]);
  if (!ended.aborted) await once(ended, 'abort');
  return 0;
}

function runInCluster(config: ClusterConfig, cluster: Cluster): Promise<number> {
  const [file = '', ...args] = config.command;
  return runCommand({
    file,
    args,
    environment: { ...config.environment, ...cluster.environment },
    onTerminal: config.onTerminal,
    signal: cluster.failed,
  });
}

function runWithoutCluster(config: ClusterConfig, { progress }: RunDeps): Promise<number> {
  const [file, ...args] = config.command;
  if (!config.optional || config.continuousIntegration || file === undefined) {
    throw new Error(NO_API_SERVER);
  }
  progress(`running without a cluster: ${NO_API_SERVER}`);
  const { environment, onTerminal } = config;
  return runCommand({ file, args, environment, onTerminal, signal: new AbortController().signal });
}

async function startAndUse(config: ClusterConfig, deps: RunDeps): Promise<number> {
  if (config.nats) await ensureNatsServer(config, deps);
  const programs = await obtainPrograms(config, deps);
  if (programs === undefined) return runWithoutCluster(config, deps);
  const { environment, webhooks, health } = config;
  const { progress, interrupted } = deps;
  const cluster = await startCluster({
    programs,
    environment,
    processes: defaultProcesses({ webhooks, health }),
    progress,
    signal: interrupted,
  });
  try {
    interrupted.throwIfAborted();
    const isWaiting = config.command.length === 0;
    const exitCode = await (isWaiting ? waitForEnd(cluster, deps) : runInCluster(config, cluster));
    cluster.failed.throwIfAborted();
    return exitCode;
  } finally {
    await cluster.close();
  }
}

/** Starts the cluster, runs the command in it or waits for a signal, ends it; returns the exit code. */
export async function run(config: ClusterConfig, deps: RunDeps): Promise<number> {
  try {
    return await startAndUse(config, deps);
  } catch (error) {
    if (error instanceof Interruption) return exitCodeOf(error.signal);
    deps.progress(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
