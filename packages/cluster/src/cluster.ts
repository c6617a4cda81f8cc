import { join } from 'node:path';
import { type Authority, createAuthority, type Validity } from '@mailprovider/pki';
import { DEFAULT_CREDENTIALS_NAMESPACE } from '@mailprovider/provider/identity';
import { startBalancer } from './balancer.ts';
import { type ClusterDirectory, createClusterDirectory } from './cluster-directory.ts';
import { type RestartableControlPlane, startControlPlane } from './control-plane.ts';
import { HOST } from './control-plane-flags.ts';
import { type ClusterEnvironment, clusterEnvironment, shellScript } from './environment.ts';
import { installBase, registerWebhooks } from './installation.ts';
import { kubeconfig } from './kubeconfig.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { readManifests } from './manifests.ts';
import { defaultProcesses, type ProcessSpec } from './process-spec.ts';
import { type ClusterProcesses, startClusterProcesses } from './processes.ts';
import type { Programs } from './programs.ts';
import type { ClusterProcess } from './restartable-process.ts';
import { startSink } from './sink.ts';
import { createSubmitToken } from './submit-caller.ts';
import type { SupervisedPart } from './supervised-process.ts';
import { Teardown } from './teardown.ts';

/** Longer than any cluster is kept, so that neither a certificate nor a token ends before it. */
const VALID_DAYS = 30;
const TOKEN_HOURS = VALID_DAYS * 24;
const MANIFESTS = join(import.meta.dirname, '../../../manifests');

export interface ClusterOptions {
  readonly programs: Programs;
  /** Environment of every process of the cluster. */
  readonly environment: NodeJS.ProcessEnv;
  /** Default: `defaultProcesses()`, one webhook, one health and one sender process. */
  readonly processes?: readonly ProcessSpec[];
  /** For kube-apiserver, after its own flags. */
  readonly apiServerFlags?: readonly string[];
  /** Told of each step of the start. */
  readonly progress: (message: string) => void;
  /** Ends the start when aborted. A cluster that runs is ended by `close()`. */
  readonly signal: AbortSignal;
}

/** A cluster whose processes are ready. */
export interface Cluster {
  readonly environment: ClusterEnvironment;
  readonly controlPlane: RestartableControlPlane;
  /** Those it was started with, in that order; one may be ended and started again. */
  readonly processes: readonly ClusterProcess[];
  /** Shell script that gives another terminal this environment. */
  readonly environmentFile: string;
  /** Has a file for each process. */
  readonly logDirectory: string;
  /** Aborted, with the error to report as its reason, when a process ends unexpectedly. */
  readonly failed: AbortSignal;
  /** Ends every process, the last started first, and removes every file of the cluster. */
  close(): Promise<void>;
}

/** What the steps of a start share. */
interface Start {
  readonly options: ClusterOptions;
  readonly directory: ClusterDirectory;
  readonly authority: Authority;
  readonly validity: Validity;
  /** Ends what was started so far. */
  readonly teardown: Teardown;
  /** Aborted with the error of the first process that failed. */
  readonly failed: AbortController;
  /** Aborted by the caller or by a failure. */
  readonly signal: AbortSignal;
}

interface Api {
  readonly url: string;
  /** Of the admin. */
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  readonly kubectlCache: string;
  readonly controlPlane: RestartableControlPlane;
}

function keep({ teardown, failed }: Start, part: SupervisedPart): void {
  teardown.add(() => part.stop());
  void part.failure.then((error) => {
    if (error !== undefined) failed.abort(error);
  });
}

async function startApi(start: Start): Promise<Api> {
  const { options, directory, authority, validity, signal } = start;
  const { programs, environment, apiServerFlags = [] } = options;
  options.progress('starting etcd and kube-apiserver');
  const controlPlane = await startControlPlane({
    programs,
    directory,
    authority,
    validity,
    environment,
    apiServerFlags,
    signal,
  });
  keep(start, controlPlane);
  const admin = { commonName: 'admin', organization: 'system:masters', ...validity };
  const text = kubeconfig({
    server: controlPlane.url,
    authorityPem: authority.certificatePem,
    user: authority.issue({ ...admin, usages: ['client'] }),
    namespace: DEFAULT_CREDENTIALS_NAMESPACE,
  });
  const file = await directory.write('kubeconfig', text);
  const kubectlCache = join(directory.path, 'kubectl-cache');
  const kubectl = createKubectl({
    file: programs.kubectl,
    environment: { ...environment, KUBECONFIG: file, KUBECACHEDIR: kubectlCache },
    signal,
  });
  return { url: controlPlane.url, kubeconfig: file, kubectl, kubectlCache, controlPlane };
}

async function startProcesses(start: Start, api: Api): Promise<ClusterProcesses> {
  const { options, directory, authority, validity, signal } = start;
  const { processes = defaultProcesses(), environment, progress } = options;
  const server = { commonName: 'webhook', addresses: [HOST], ...validity };
  const { certificatePem, keyPem } = authority.issue({ ...server, usages: ['server'] });
  progress(`starting ${processes.map(({ name }) => name).join(', ')}`);
  const running = await startClusterProcesses(processes, {
    kubectl: api.kubectl,
    apiServer: { url: api.url, authorityPem: authority.certificatePem },
    directory,
    environment,
    tokenHours: TOKEN_HOURS,
    inputs: {
      credentialsNamespace: DEFAULT_CREDENTIALS_NAMESPACE,
      certificateFile: await directory.write('webhook.crt', certificatePem),
      keyFile: await directory.write('webhook.key', keyPem),
      dataDirectory: directory.data,
    },
    signal,
  });
  keep(start, running);
  return running;
}

/** Starts what passes connections on to the webhooks that are ready; returns its URL. */
async function startBalancing({ teardown }: Start, running: ClusterProcesses): Promise<string> {
  if (running.urls('webhook').length === 0) {
    throw new Error('no process of the cluster serves webhooks');
  }
  const balancer = await startBalancer(() => running.readyUrls('webhook'));
  teardown.add(() => balancer.close());
  return `https://${HOST}:${balancer.port}`;
}

async function startEverything(
  start: Start,
): Promise<Pick<Cluster, 'environment' | 'processes' | 'controlPlane'>> {
  const { options, directory, authority, validity, teardown, signal } = start;
  const manifests = await readManifests(MANIFESTS);
  const sink = await startSink(validity);
  teardown.add(() => sink.mailbox.close());
  const api = await startApi(start);
  await installBase(api.kubectl, manifests.base, signal);
  const submitToken = await createSubmitToken(api.kubectl, TOKEN_HOURS);
  const running = await startProcesses(start, api);
  const webhooks = {
    url: await startBalancing(start, running),
    authorityPem: authority.certificatePem,
  };
  await registerWebhooks(api.kubectl, manifests.registrations, webhooks, signal);
  await running.ready();
  const environment = clusterEnvironment({
    path: options.environment['PATH'] ?? '',
    kubectl: options.programs.kubectl,
    kubeconfig: api.kubeconfig,
    kubectlCache: api.kubectlCache,
    credentialsNamespace: DEFAULT_CREDENTIALS_NAMESPACE,
    sink,
    sinkAuthorityFile: await directory.write('sink-ca.crt', sink.authorityPem),
    submitUrl: running.urls('submit')[0] ?? '',
    submitToken,
    operationsUrls: running.urls('operations'),
  });
  return { environment, processes: running.all, controlPlane: api.controlPlane };
}

/**
 * Starts a control plane with the manifests of this repository, an SMTP server, and the processes,
 * each under the token of its own ServiceAccount; resolves when all are ready.
 *
 * A start that fails or is aborted leaves nothing behind; it rejects with the reason.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const validity = { now: new Date(), validDays: VALID_DAYS };
  const authority = createAuthority({ commonName: 'cluster authority', ...validity });
  const directory = await createClusterDirectory();
  const teardown = new Teardown();
  teardown.add(() => directory.remove());
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    const start = { options, directory, authority, validity, teardown, failed, signal };
    const { environment, processes, controlPlane } = await startEverything(start);
    const script = shellScript(environment, options.programs.kubectl);
    return {
      environment,
      processes,
      controlPlane,
      environmentFile: await directory.write('environment.sh', script),
      logDirectory: directory.logs,
      failed: failed.signal,
      close: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}
