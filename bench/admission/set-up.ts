import type { Teardown } from '@mailprovider/cluster/teardown';
import { startControlPlane } from '../measure/control-plane.ts';
import type { BenchConfig } from './config.ts';
import { obtainPeer } from './peer-program.ts';
import { type RunningWebhook, startWebhook } from './running-webhook.ts';
import { OURS, peerAt, type WebhookCommand } from './webhook-command.ts';
import { createWebhookFiles, type WebhookFiles } from './webhook-files.ts';

/** What runs while we measure. */
export interface Setup {
  readonly files: WebhookFiles;
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
  const files = await createWebhookFiles();
  teardown.add(() => files.remove());
  const cluster = await startControlPlane(config, { progress, signal });
  teardown.add(() => cluster.close());
  const { KUBECONFIG: kubeconfig, MAILPROVIDER_NAMESPACE } = cluster.environment;
  const start = async (command: WebhookCommand) => {
    const { certificateFile, keyFile, authorityPem, path } = files;
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
  return { files, kubeconfig, ours, peer, signal: ended };
}
