import process from 'node:process';
import { loadConfig as loadClusterConfig } from '@mailprovider/cluster/config';
import { Command, InvalidArgumentError } from 'commander';
import type { ControlPlaneConfig } from '../measure/control-plane.ts';
import { positiveInteger } from '../measure/positive-integer.ts';

/** The flags, and where programs are found as for the local cluster. */
export interface BenchConfig extends ControlPlaneConfig {
  readonly providers: number;
  /** How many of a hundred providers have a server that says nothing. */
  readonly silent: number;
  /** Rounds of each prober, by turns. */
  readonly rounds: number;
  /** Length of one round of one prober. */
  readonly seconds: number;
  /** Whether the figures are printed as JSON, too. */
  readonly json: boolean;
}

function percent(text: string): number {
  if (!/^(\d{1,2}|100)$/.test(text)) {
    throw new InvalidArgumentError('must be a whole number from 0 to 100');
  }
  return Number(text);
}

/** Reads flags and environment; prints what is wrong with the flags and ends the process. */
export function loadConfig(
  argv: readonly string[] = process.argv,
  environment: NodeJS.ProcessEnv = process.env,
): BenchConfig {
  const flags = new Command('bench:probe')
    .description(
      'Measures health: how soon every provider has its Healthy condition, and, beside other ' +
        'probers, how many probes a second one core does.',
    )
    .option('--providers <n>', 'providers that health checks', positiveInteger, 1000)
    .option(
      '--silent <percent>',
      'how many of a hundred have a server that says nothing',
      percent,
      10,
    )
    .option('--rounds <n>', 'rounds of each prober, by turns', positiveInteger, 5)
    .option('--seconds <n>', 'length of one round of one prober', positiveInteger, 4)
    .option('--json', 'print the figures as JSON in the last line', false)
    .allowExcessArguments(false)
    .parse([...argv])
    .opts<Omit<BenchConfig, keyof ControlPlaneConfig>>();
  return { ...flags, ...loadClusterConfig(['node', 'cluster'], environment) };
}
