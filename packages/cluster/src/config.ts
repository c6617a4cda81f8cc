import process from 'node:process';
import { Command } from 'commander';
import envPaths from 'env-paths';

export interface ClusterConfig {
  /** What to run in the cluster; empty: wait for Ctrl-C. */
  readonly command: readonly string[];
  /** Run the command without a cluster where no API server can be had. */
  readonly optional: boolean;
  /** Folder with etcd and kube-apiserver, by the convention of envtest. */
  readonly assetsDirectory: string | undefined;
  /** Folder of this user for programs that were built. */
  readonly cacheDirectory: string;
  readonly continuousIntegration: boolean;
  /** Whether Ctrl-C reaches the command from the terminal, without our help. */
  readonly onTerminal: boolean;
  readonly environment: NodeJS.ProcessEnv;
}

/** Reads flags and environment; prints what is wrong with the flags and ends the process. */
export function loadConfig(
  argv: readonly string[] = process.argv,
  environment: NodeJS.ProcessEnv = process.env,
): ClusterConfig {
  const program = new Command('cluster')
    .description(
      'Starts a local control plane with the webhook, the health process and an SMTP server, and ' +
        'runs COMMAND in it, or waits for Ctrl-C.',
    )
    .option('--optional', 'run COMMAND without a cluster where no API server can be had', false)
    .argument('[command...]', 'command to run instead of waiting, after --')
    .passThroughOptions()
    .parse([...argv]);
  const { KUBEBUILDER_ASSETS: assetsDirectory } = environment;
  return {
    command: program.args,
    optional: program.opts<{ optional: boolean }>().optional,
    assetsDirectory: assetsDirectory === '' ? undefined : assetsDirectory,
    cacheDirectory: envPaths('mailprovider', { suffix: '' }).cache,
    continuousIntegration: environment['CI'] === 'true',
    onTerminal: process.stdin.isTTY === true,
    environment,
  };
}
