import process from 'node:process';
import { loadConfig as loadClusterConfig } from '@mailprovider/cluster/config';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ControlPlaneConfig } from '../measure/control-plane.ts';
import { positiveInteger } from '../measure/positive-integer.ts';

/** The flags, and where programs are found as for the local cluster. */
export interface BenchConfig extends ControlPlaneConfig {
  /** What the sender keeps mails in. */
  readonly engine: 'lmdb' | 'nats';
  /** How many senders on NATS are measured beside one. */
  readonly replicas: number;
  /** That each relay delivers end to end, over all rounds. */
  readonly mails: number;
  /** Of the server some way off, in ms. */
  readonly rtt: number;
  /** Rounds of each, by turns. */
  readonly rounds: number;
  /** Length of one round of what is measured by time. */
  readonly seconds: number;
  /** Whether Postfix is measured where it is installed. */
  readonly postfix: boolean;
  /** Whether the figures are printed as JSON, too. */
  readonly json: boolean;
}

const MOST_RTT_MS = 1000;

/** Beyond a second, a single mail of the slow peer takes longer than a round. */
function roundTrip(text: string): number {
  const ms = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  if (ms > MOST_RTT_MS) {
    throw new InvalidArgumentError(`must be a whole number from 1 to ${MOST_RTT_MS}`);
  }
  return ms;
}

/** Reads flags and environment; prints what is wrong with the flags and ends the process. */
export function loadConfig(
  argv: readonly string[] = process.argv,
  environment: NodeJS.ProcessEnv = process.env,
): BenchConfig {
  const flags = new Command('bench:send')
    .description(
      'Measures the sender: mails accepted and delivered a second beside Postfix, deliveries a ' +
        "second of one core beside nodemailer's pool, and to a server some way off beside a dial " +
        'for each mail; or on NATS: one sender beside a NATS server as it comes and one that ' +
        'synchronises always, and replicas beside one.',
    )
    .addOption(
      new Option('--engine <name>', 'what the sender keeps mails in')
        .choices(['lmdb', 'nats'])
        .default('lmdb'),
    )
    .option('--replicas <n>', 'on NATS: senders beside one', positiveInteger, 3)
    .option('--mails <n>', 'mails that each relay delivers end to end', positiveInteger, 20_000)
    .option('--rtt <ms>', 'round trip to the server some way off', roundTrip, 20)
    .option('--rounds <n>', 'rounds of each, by turns', positiveInteger, 5)
    .option('--seconds <n>', 'length of one round of what is measured by time', positiveInteger, 3)
    .option('--no-postfix', 'do not measure Postfix, even where it is installed')
    .option('--json', 'print the figures as JSON in the last line', false)
    .allowExcessArguments(false)
    .parse([...argv])
    .opts<Omit<BenchConfig, keyof ControlPlaneConfig>>();
  return { ...flags, ...loadClusterConfig(['node', 'cluster'], environment) };
}
