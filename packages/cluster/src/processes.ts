import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { ClusterDirectory } from './cluster-directory.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { Kubectl } from './kubectl.ts';
import { abortOnFailure } from './process-failure.ts';
import type { ProcessInputs, ProcessSpec, ServerName } from './process-spec.ts';
import { type ServedUrls, servedUrls } from './served-urls.ts';
import { type SupervisedPart, startProcess } from './supervised-process.ts';
import { waitUntil } from './wait-until.ts';

const SYSTEM_NAMESPACE = 'mailprovider-system';
const SERVING_TIMEOUT_MS = 30_000;
const READY_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** The time that a process has to end after SIGTERM. */
const STOP_GRACE_MS = 5_000;

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

/** A process whose servers listen. */
interface ServingProcess extends SupervisedPart {
  readonly name: string;
  readonly servers: ServedUrls;
}

/** Processes whose servers listen. */
export interface ClusterProcesses extends SupervisedPart {
  /** URLs of the servers of that name, without a path. */
  urls(server: ServerName): readonly string[];
  /** Waits until `/readyz` of each answers 200. */
  ready(signal: AbortSignal): Promise<void>;
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

async function startServing(spec: ProcessSpec, context: ProcessContext): Promise<ServingProcess> {
  const { name, script } = spec;
  const { directory, environment, inputs, signal } = context;
  const logFile = join(directory.logs, `${name}.log`);
  const kubeconfigFile = await writeKubeconfig(spec, context);
  const started = await startProcess({
    name,
    file: process.execPath,
    args: [script, ...spec.flags({ ...inputs, kubeconfig: kubeconfigFile })],
    // Without the kubeconfig of whoever starts the cluster: that is an admin.
    environment: { ...environment, KUBECONFIG: undefined },
    logFile,
  });
  const { failure } = started;
  const stop = () => started.stop(STOP_GRACE_MS);
  let servers: ServedUrls = new Map();
  const problem = async () => {
    servers = servedUrls(await readFile(logFile, 'utf8'));
    const missing = spec.servers.filter((server) => !servers.has(server));
    return missing.length === 0 ? undefined : `it does not serve ${missing.join(' and ')}`;
  };
  try {
    await waitUntil(problem, {
      what: `start of ${name}`,
      timeoutMs: SERVING_TIMEOUT_MS,
      signal: AbortSignal.any([signal, abortOnFailure(failure)]),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, servers, failure, stop };
}

async function unreadiness(url: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const response = await fetch(`${url}/readyz`, { signal });
    await response.body?.cancel();
    return response.ok ? undefined : `/readyz answers ${response.status}`;
  } catch {
    return '/readyz does not answer';
  }
}

async function waitForReadiness(
  { name, servers }: ServingProcess,
  signal: AbortSignal,
): Promise<void> {
  const url = servers.get('operations');
  if (url === undefined) return;
  const what = `readiness of ${name}`;
  await waitUntil(() => unreadiness(url), { what, timeoutMs: READY_TIMEOUT_MS, signal });
}

async function stopAll(processes: readonly ServingProcess[]): Promise<void> {
  await Promise.all(processes.map((serving) => serving.stop()));
}

/** Starts all and resolves with those that serve; if one fails, ends the others and rejects. */
async function startAll(
  specs: readonly ProcessSpec[],
  context: ProcessContext,
): Promise<readonly ServingProcess[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const starting = specs.map((spec) => startServing(spec, { ...context, signal }));
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
  const processes = await startAll(specs, context);
  return {
    failure: Promise.race(processes.map(({ failure }) => failure)),
    urls: (server) => processes.flatMap(({ servers }) => servers.get(server) ?? []),
    async ready(signal) {
      await Promise.all(processes.map((serving) => waitForReadiness(serving, signal)));
    },
    stop: () => stopAll(processes),
  };
}
