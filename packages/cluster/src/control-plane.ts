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
import { type SupervisedPart, startProcess } from './supervised-process.ts';
import { Teardown } from './teardown.ts';
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

/** A running etcd and kube-apiserver. */
export interface ControlPlane extends SupervisedPart {
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

async function startOnPorts(
  options: ControlPlaneOptions,
  files: ControlPlaneFiles,
  ports: ControlPlanePorts,
): Promise<ControlPlane> {
  const { programs, directory, environment, authority, signal } = options;
  const data = await mkdtemp(join(directory.path, 'etcd-'));
  const teardown = new Teardown();
  const start = async (name: string, file: string, args: readonly string[]) => {
    const logFile = join(directory.logs, `${name}.log`);
    const cwd = directory.path;
    const started = await startProcess({ name, file, args, environment, cwd, logFile });
    teardown.add(() => started.stop(STOP_GRACE_MS));
    return started;
  };
  try {
    const etcd = await start('etcd', programs.etcd, etcdFlags(ports, files, data));
    const apiServer = await start('kube-apiserver', programs.kubeApiserver, [
      ...apiServerFlags(ports, files),
      ...options.apiServerFlags,
    ]);
    const failure = Promise.race([etcd.failure, apiServer.failure]);
    const url = `https://${HOST}:${ports.apiServer}`;
    await waitUntil(() => unreadiness(url, authority.certificatePem), {
      what: 'readiness of kube-apiserver',
      timeoutMs: READY_TIMEOUT_MS,
      signal: AbortSignal.any([signal, abortOnFailure(failure)]),
    });
    return { url, failure, stop: () => teardown.run() };
  } catch (error) {
    await teardown.run();
    throw error;
  }
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
