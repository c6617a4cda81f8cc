import type { Teardown } from '@mailprovider/cluster/teardown';
import { type BenchDirectory, createBenchDirectory } from './bench-directory.ts';
import type { BenchConfig } from './config.ts';
import { startControlPlane } from './control-plane.ts';
import { obtainPeer } from './peer-program.ts';
import { type RunningWebhook, startWebhook } from './running-webhook.ts';
import { OURS, peerAt, type WebhookCommand } from './webhook-command.ts';

/** What runs while we measure. */
export interface Setup {
  readonly directory: BenchDirectory;
  readonly kubeconfig: string;
  readonly ours: RunningWebhook;
  readonly peer: RunningWebhook;
  /** Aborted when something of it fails, or we are to end. */
  readonly signal: AbortSignal;
}

export interface SetUpDeps {
  /** The start of a command that runs on the core of the webhooks. */
  readonly pin: readonly string[];
  readonly progress: (message: string) => void;
  readonly signal: AbortSignal;
  readonly teardown: Teardown;
}

/** Starts the cluster and both webhooks; `teardown` ends what was started, also after a failure. */
export async function setUp(
  config: BenchConfig,
  { pin, progress, signal, teardown }: SetUpDeps,
): Promise<Setup> {
  const program = await obtainPeer({ ...config, progress, signal });
  const directory = await createBenchDirectory();
  teardown.add(() => directory.remove());
  const cluster = await startControlPlane(config, { progress, signal });
  teardown.add(() => cluster.close());
  const { KUBECONFIG: kubeconfig, MAILPROVIDER_NAMESPACE } = cluster.environment;
  const start = async (command: WebhookCommand) => {
    const { certificateFile, keyFile, authorityPem, path } = directory;
    const webhook = await startWebhook(command, {
      inputs: {
        certificateFile,
        keyFile,
        kubeconfig,
        credentialsNamespace: MAILPROVIDER_NAMESPACE,
      },
      authorityPem,
      pin,
      environment: config.environment,
      logDirectory: path,
      signal: AbortSignal.any([signal, cluster.failed]),
    });
    teardown.add(() => webhook.stop());
    return webhook;
  };
  const ours = await start(OURS);
  const peer = await start(peerAt(program));
  const ended = AbortSignal.any([signal, cluster.failed, ours.failed, peer.failed]);
  return { directory, kubeconfig, ours, peer, signal: ended };
}
