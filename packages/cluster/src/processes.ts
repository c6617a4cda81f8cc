import { join } from 'node:path';
import type { ClusterDirectory } from './cluster-directory.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { Kubectl } from './kubectl.ts';
import type { ProcessInputs, ProcessSpec, ServerName } from './process-spec.ts';
import { RestartableProcess } from './restartable-process.ts';
import { startServing } from './serving-process.ts';
import type { SupervisedPart } from './supervised-process.ts';

const SYSTEM_NAMESPACE = 'mailprovider-system';

export interface ProcessContext {
  readonly kubectl: Kubectl;
  readonly apiServer: { readonly url: string; readonly authorityPem: string };
  readonly directory: ClusterDirectory;
  readonly environment: NodeJS.ProcessEnv;
  readonly inputs: Omit<ProcessInputs, 'kubeconfig'>;
  /** How long tokens are valid. */
  readonly tokenHours: number;
  readonly signal: AbortSignal;
}

/** Processes whose servers listen. */
export interface ClusterProcesses extends SupervisedPart {
  readonly all: readonly RestartableProcess[];
  /** Where the servers of that name listen now, without a path. */
  urls(server: ServerName): readonly string[];
  /** The same, of those processes whose `/readyz` answers 200. */
  readyUrls(server: ServerName): readonly string[];
  /** Waits until `/readyz` of each answers 200. */
  ready(): Promise<void>;
}

/** Writes a kubeconfig with a token of the ServiceAccount and no other right. */
async function writeKubeconfig(spec: ProcessSpec, context: ProcessContext): Promise<string> {
  const { kubectl, directory, apiServer, tokenHours, inputs } = context;
  const subject = [spec.serviceAccount, `--namespace=${SYSTEM_NAMESPACE}`];
  const token = await kubectl.run(['create', 'token', ...subject, `--duration=${tokenHours}h`]);
  const text = kubeconfig({
    server: apiServer.url,
    authorityPem: apiServer.authorityPem,
    user: { tokenFile: await directory.write(`${spec.name}.token`, token) },
    namespace: inputs.credentialsNamespace,
  });
  return directory.write(`${spec.name}.kubeconfig`, text);
}

async function startOne(spec: ProcessSpec, context: ProcessContext): Promise<RestartableProcess> {
  const { name, script, servers } = spec;
  const { directory, environment, inputs, signal } = context;
  const flags = spec.flags({ ...inputs, kubeconfig: await writeKubeconfig(spec, context) });
  const launch = (run: number) => {
    // A log for each run, because it tells where the servers of that run listen.
    const logFile = join(directory.logs, run === 1 ? `${name}.log` : `${name}.run-${run}.log`);
    return startServing({ name, script, flags, servers, environment, logFile, signal });
  };
  const started = new RestartableProcess({ name, launch, signal });
  await started.serve();
  return started;
}

async function stopAll(processes: readonly RestartableProcess[]): Promise<void> {
  await Promise.all(processes.map((started) => started.stop()));
}

/** Starts all and resolves with those that serve; if one fails, ends the others and rejects. */
async function startAll(
  specs: readonly ProcessSpec[],
  context: ProcessContext,
): Promise<readonly RestartableProcess[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const starting = specs.map((spec) => startOne(spec, { ...context, signal }));
  for (const start of starting) start.catch((error: unknown) => failed.abort(error));
  const results = await Promise.allSettled(starting);
  const serving = results.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  if (serving.length < specs.length) {
    await stopAll(serving);
    signal.throwIfAborted();
  }
  return serving;
}

/**
 * Starts processes side by side, each under the token of its ServiceAccount; resolves when all of
 * their servers listen.
 */
export async function startClusterProcesses(
  specs: readonly ProcessSpec[],
  context: ProcessContext,
): Promise<ClusterProcesses> {
  const all = await startAll(specs, context);
  return {
    all,
    failure: Promise.race(all.map(({ failure }) => failure)),
    urls: (server) => all.flatMap((started) => started.url(server) ?? []),
    readyUrls: (server) => all.flatMap((started) => started.readyUrl(server) ?? []),
    async ready() {
      await Promise.all(all.map((started) => started.ready()));
    },
    stop: () => stopAll(all),
  };
}
