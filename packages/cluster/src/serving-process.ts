import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { abortOnFailure } from './process-failure.ts';
import type { ServerName } from './process-spec.ts';
import { followReadiness, type Readiness } from './readiness.ts';
import { type ServedUrls, servedUrls } from './served-urls.ts';
import { type SupervisedProcess, startProcess } from './supervised-process.ts';
import { waitUntil } from './wait-until.ts';

const SERVING_TIMEOUT_MS = 30_000;

export interface ServingProcessOptions {
  /** What messages call it. */
  readonly name: string;
  /** The JavaScript file to run with Node. */
  readonly script: string;
  readonly flags: readonly string[];
  /** Those it must serve to have started. */
  readonly servers: readonly ServerName[];
  readonly environment: NodeJS.ProcessEnv;
  /** A file of this run alone: it tells where the servers listen. */
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** A process whose servers listen. */
export interface ServingProcess extends SupervisedProcess {
  readonly servers: ServedUrls;
  /** Why it is not ready, by the last answer of its `/readyz`; undefined if it is. */
  unreadiness(): string | undefined;
}

function readinessOf({ exitCode }: SupervisedProcess, servers: ServedUrls): Readiness {
  const url = servers.get('operations');
  if (url === undefined) return { problem: () => undefined };
  const ended = new AbortController();
  void exitCode.then(() => ended.abort());
  return followReadiness(url, ended.signal);
}

/** Starts a process and waits until its servers listen; rejects, with it ended, if they do not. */
export async function startServing(options: ServingProcessOptions): Promise<ServingProcess> {
  const { name, script, flags, environment, logFile, signal } = options;
  const started = await startProcess({
    name,
    file: process.execPath,
    args: [script, ...flags],
    // Without the kubeconfig of whoever starts the cluster: that is an admin.
    environment: { ...environment, KUBECONFIG: undefined },
    logFile,
  });
  let servers: ServedUrls = new Map();
  const problem = async () => {
    servers = servedUrls(await readFile(logFile, 'utf8'));
    const missing = options.servers.filter((server) => !servers.has(server));
    return missing.length === 0 ? undefined : `it does not serve ${missing.join(' and ')}`;
  };
  try {
    await waitUntil(problem, {
      what: `start of ${name}`,
      timeoutMs: SERVING_TIMEOUT_MS,
      signal: AbortSignal.any([signal, abortOnFailure(started.failure)]),
    });
  } catch (error) {
    await started.kill();
    throw error;
  }
  const readiness = readinessOf(started, servers);
  return { ...started, servers, unreadiness: readiness.problem };
}
