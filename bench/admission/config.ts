import process from 'node:process';
import { loadConfig as loadClusterConfig } from '@mailprovider/cluster/config';
import { Command } from 'commander';
import type { ControlPlaneConfig } from '../measure/control-plane.ts';
import { positiveInteger } from '../measure/positive-integer.ts';

/** The flags, and where programs are found as for the local cluster. */
export interface BenchConfig extends ControlPlaneConfig {
  /** Length of one run under load. */
  readonly seconds: number;
  /** Runs of each webhook under load, by turns. */
  readonly runs: number;
  readonly connections: number;
  /** Creates through the API server for each way of registering. */
  readonly creates: number;
  /** Whether the figures are printed as JSON, too. */
  readonly json: boolean;
}

/** Reads flags and environment; prints what is wrong with the flags and ends the process. */
export function loadConfig(
  argv: readonly string[] = process.argv,
  environment: NodeJS.ProcessEnv = process.env,
): BenchConfig {
  const flags = new Command('bench:admission')
    .description(
      'Measures the webhook beside one made with controller-runtime: under load, and by what a ' +
        'create gains through a real API server.',
    )
    .option('--seconds <n>', 'length of one run under load', positiveInteger, 20)
    .option('--runs <n>', 'runs of each webhook, by turns', positiveInteger, 3)
    .option('--connections <n>', 'connections that the load comes over', positiveInteger, 32)
    .option('--creates <n>', 'creates for each way of registering', positiveInteger, 300)
    .option('--json', 'print the figures as JSON in the last line', false)
    .parse([...argv])
    .opts<Pick<BenchConfig, 'seconds' | 'runs' | 'connections' | 'creates' | 'json'>>();
  return { ...flags, ...loadClusterConfig(['node', 'cluster'], environment) };
}
