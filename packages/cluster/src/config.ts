import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import envPaths from 'env-paths';

export interface ClusterConfig {
  /** What to run in the cluster; empty: wait for Ctrl-C. */
  readonly command: readonly string[];
  /** Run the command without a cluster where no API server can be had. */
  readonly optional: boolean;
  /** Find nats-server, or build it, before the command runs. */
  readonly nats: boolean;
  /** How many webhook processes. */
  readonly webhooks: number;
  /** How many health processes. */
  readonly health: number;
  /** Folder with etcd and kube-apiserver, by the convention of envtest. */
  readonly assetsDirectory: string | undefined;
  /** Folder of this user for programs that were built. */
  readonly cacheDirectory: string;
  readonly continuousIntegration: boolean;
  /** Whether Ctrl-C reaches the command from the terminal, without our help. */
  readonly onTerminal: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be 1 or more');
  return value;
}

/** Reads flags and environment; prints what is wrong with the flags and ends the process. */
export function loadConfig(
  argv: readonly string[] = process.argv,
  environment: NodeJS.ProcessEnv = process.env,
): ClusterConfig {
  const program = new Command('cluster')
    .description(
      'Starts a local control plane with webhook, health and sender processes and an SMTP ' +
        'server, and runs COMMAND in it, or waits for Ctrl-C.',
    )
    .option('--webhooks <n>', 'webhook processes, behind one address', parseCount, 1)
    .option('--health <n>', 'health processes', parseCount, 1)
    .option('--optional', 'run COMMAND without a cluster where no API server can be had', false)
    .option('--nats', 'find nats-server for COMMAND, or build it', false)
    .argument('[command...]', 'command to run instead of waiting, after --')
    .passThroughOptions()
    .parse([...argv]);
  const { optional, nats, webhooks, health } =
    program.opts<Pick<ClusterConfig, 'optional' | 'nats' | 'webhooks' | 'health'>>();
  const { KUBEBUILDER_ASSETS: assetsDirectory } = environment;
  return {
    command: program.args,
    optional,
    nats,
    webhooks,
    health,
    assetsDirectory: assetsDirectory === '' ? undefined : assetsDirectory,
    cacheDirectory: envPaths('mailprovider', { suffix: '' }).cache,
    continuousIntegration: environment['CI'] === 'true',
    onTerminal: process.stdin.isTTY === true,
    environment,
  };
}
