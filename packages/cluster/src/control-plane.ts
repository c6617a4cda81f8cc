import { mkdtemp } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import type { Authority, Validity } from '@mailprovider/pki';
import { generateKeyPair } from '@mailprovider/pki/key-pair';
import type { ClusterDirectory } from './cluster-directory.ts';
import {
  apiServerFlags,
  type ControlPlaneFiles,
  type ControlPlanePorts,
  etcdFlags,
  HOST,
} from './control-plane-flags.ts';
import { freePorts } from './free-ports.ts';
import { abortOnFailure, ProcessFailure } from './process-failure.ts';
import type { Programs } from './programs.ts';
import { RestartableProgram } from './restartable-program.ts';
import type { SupervisedPart } from './supervised-process.ts';
import { waitUntil } from './wait-until.ts';

/** Ready after 3 to 5 s on two idle cores; a busy machine takes several times that. */
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 5_000;
/** What they hold is thrown away, so they get just the time to close their connections. */
const STOP_GRACE_MS = 3_000;
const PORT_ATTEMPTS = 5;
const PORT_TAKEN = 'address already in use';

export interface ControlPlaneOptions {
  readonly programs: Programs;
  readonly directory: ClusterDirectory;
  readonly authority: Authority;
  readonly validity: Validity;
  readonly environment: NodeJS.ProcessEnv;
  /** For kube-apiserver, after its own flags. */
  readonly apiServerFlags: readonly string[];
  readonly signal: AbortSignal;
}

/** etcd and kube-apiserver, for tests that end them and start them again at the same addresses. */
export interface RestartableControlPlane {
  /** Ends kube-apiserver and starts it again while etcd goes on; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  /**
   * Ends both and starts them again; resolves when the API server is ready. Between that, the data
   * directory of etcd may be copied, or an older copy be put in its place.
   */
  restart(between: (dataDirectory: string) => Promise<void>): Promise<void>;
}

/** A running etcd and kube-apiserver. */
export interface ControlPlane extends SupervisedPart, RestartableControlPlane {
  /** URL of the API server. */
  readonly url: string;
}

async function writeFiles(options: ControlPlaneOptions): Promise<ControlPlaneFiles> {
  const { directory, authority, validity } = options;
  const { certificatePem, keyPem } = authority.issue({
    commonName: 'control-plane',
    dnsNames: ['localhost'],
    addresses: [HOST],
    usages: ['server', 'client'],
    ...validity,
  });
  return {
    authority: await directory.write('ca.crt', authority.certificatePem),
    certificate: await directory.write('control-plane.crt', certificatePem),
    key: await directory.write('control-plane.key', keyPem),
    serviceAccountKey: await directory.write(
      'service-account.key',
      generateKeyPair().privateKeyPem,
    ),
  };
}

/** Why the API server cannot be used yet. */
function unreadiness(url: string, authorityPem: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(`${url}/readyz`, { ca: authorityPem, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `/readyz answers ${response.statusCode}`);
    });
    request.setTimeout(ANSWER_TIMEOUT_MS, () => request.destroy(new Error('no answer')));
    request.once('error', (error) => resolve(error.message));
  });
}

function programsOf(
  options: ControlPlaneOptions,
  files: ControlPlaneFiles,
  ports: ControlPlanePorts,
  dataDirectory: string,
) {
  const { programs, directory, environment } = options;
  const program = (name: string, file: string, args: readonly string[]) => {
    const logFile = join(directory.logs, `${name}.log`);
    const cwd = directory.path;
    const process = { name, file, args, environment, cwd, logFile };
    return new RestartableProgram(process, STOP_GRACE_MS);
  };
  return {
    etcd: program('etcd', programs.etcd, etcdFlags(ports, files, dataDirectory)),
    apiServer: program('kube-apiserver', programs.kubeApiserver, [
      ...apiServerFlags(ports, files),
      ...options.apiServerFlags,
    ]),
  };
}

async function startOnPorts(
  options: ControlPlaneOptions,
  files: ControlPlaneFiles,
  ports: ControlPlanePorts,
): Promise<ControlPlane> {
  const { directory, authority, signal } = options;
  const data = await mkdtemp(join(directory.path, 'etcd-'));
  const { etcd, apiServer } = programsOf(options, files, ports, data);
  const failure = Promise.race([etcd.failure, apiServer.failure]);
  const url = `https://${HOST}:${ports.apiServer}`;
  const ready = () =>
    waitUntil(() => unreadiness(url, authority.certificatePem), {
      what: 'readiness of kube-apiserver',
      timeoutMs: READY_TIMEOUT_MS,
      signal: AbortSignal.any([signal, abortOnFailure(failure)]),
    });
  const start = async () => {
    await etcd.start();
    await apiServer.start();
    await ready();
  };
  const stop = async () => {
    await apiServer.stop();
    await etcd.stop();
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    failure,
    stop,
    async restartApiServer() {
      await apiServer.stop();
      await apiServer.start();
      await ready();
    },
    async restart(between) {
      await stop();
      await between(data);
      await start();
    },
  };
}

async function choosePorts(): Promise<ControlPlanePorts> {
  const [etcdClient = 0, etcdPeer = 0, apiServer = 0] = await freePorts(3);
  return { etcdClient, etcdPeer, apiServer };
}

function isPortTaken(error: unknown): boolean {
  return error instanceof ProcessFailure && error.log.includes(PORT_TAKEN);
}

/**
 * Starts etcd and kube-apiserver on free ports and waits until the API server is ready.
 *
 * Rejects with the end of the log of the one that failed, and when `signal` is aborted.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const files = await writeFiles(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnPorts(options, files, await choosePorts());
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !isPortTaken(error)) throw error;
    }
  }
}
